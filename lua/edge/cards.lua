-- Reads the JSON of a snapshot (contract/snapshot.ts).
local cjson = require("cjson.safe")

local FIELDS = {
  id = "number",
  title = "string",
  price = "number",
  currency = "string",
  opensAt = "number",
  closesAt = "number",
  phase = "string",
  perUser = "number",
  challenge = "string",
  soldOut = "boolean",
  lineFull = "boolean",
  served = "number",
  reach = "number",
  last = "number",
  waiting = "number",
  free = "number",
  perSecond = "number",
  fastest = "number",
  pollMs = "number",
}
local PHASES = { draft = true, published = true, paused = true, closed = true, settled = true }

-- The members of a sale that do not change with time, as JSON text up to the next comma.
local function text_of(card)
  return ('{"id":%d,"title":%s,"price":%d,"currency":%s,"perUser":%d,"challenge":%s,"opensAt":%d,"closesAt":%d,'):format(
    card.id, cjson.encode(card.title), card.price, cjson.encode(card.currency), card.perUser,
    cjson.encode(card.challenge), card.opensAt, card.closesAt)
end

-- What is switched when a snapshot says nothing of it (contract/switches.ts).
local NORMAL = { level = 0, eta = true, ["poll-factor"] = 1, closed = false, ["read-only"] = false }

local function switches_of(lower, upper)
  local values = {}
  for name, value in pairs(lower) do
    values[name] = value
  end
  for name in pairs(NORMAL) do
    if upper and type(upper[name]) == type(NORMAL[name]) then
      values[name] = upper[name]
    end
  end
  return values
end

-- The admission share: 1 where the snapshot has none, so that nobody is refused by mistake.
local function share_of(card)
  local share = card.share
  return type(share) == "number" and share >= 0 and share < 1 and share or 1
end

local M = {}

-- { at (ms), blocks? (version of the list),
-- cards = { [sale ID as text] = card }, list = cards by ID, switches = those for all sales, own_switches = whether a sale
-- has others, hot_users = a set }, drafts left out. Or nil and what is wrong.
function M.decode(raw)
  local snapshot = cjson.decode(raw)
  if type(snapshot) ~= "table" or type(snapshot.sales) ~= "table" or type(snapshot.at) ~= "number" then
    return nil, "not a snapshot"
  end
  local cards, list = {}, {}
  local switches, own_switches = switches_of(NORMAL, snapshot.switches), false
  for sale, card in pairs(snapshot.sales) do
    if type(card) ~= "table" then
      return nil, "sale " .. tostring(sale) .. " is not an object"
    end
    for name, kind in pairs(FIELDS) do
      if type(card[name]) ~= kind then
        return nil, "sale " .. tostring(sale) .. ": " .. name .. " is not a " .. kind
      end
    end
    if not PHASES[card.phase] then
      return nil, "sale " .. sale .. ": phase " .. card.phase .. " is not known"
    end
    if card.phase ~= "draft" then
      card.text = text_of(card)
      card.share = share_of(card)
      own_switches = own_switches or card.switches ~= nil
      card.switches = card.switches and switches_of(switches, card.switches) or switches
      card.gone = type(card.gone) == "string" and ngx.decode_base64(card.gone) or nil
      cards[sale] = card
      list[#list + 1] = card
    end
  end
  table.sort(list, function(a, b) return a.id < b.id end)
  local hot_users = {}
  for _, user in ipairs(snapshot.hotUsers or {}) do
    hot_users[user] = true
  end
  return {
    at = snapshot.at,
    blocks = snapshot.blocks,
    cards = cards,
    list = list,
    switches = switches,
    own_switches = own_switches,
    hot_users = hot_users,
  }
end

return M
