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

local M = {}

-- { at (ms), blocks? (version of the list),
--   cards = { [sale ID as text] = card }, list = cards by ID }, drafts left out. Or nil and what is wrong.
function M.decode(raw)
  local snapshot = cjson.decode(raw)
  if type(snapshot) ~= "table" or type(snapshot.sales) ~= "table" or type(snapshot.at) ~= "number" then
    return nil, "not a snapshot"
  end
  local cards, list = {}, {}
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
      card.gone = type(card.gone) == "string" and ngx.decode_base64(card.gone) or nil
      cards[sale] = card
      list[#list + 1] = card
    end
  end
  table.sort(list, function(a, b) return a.id < b.id end)
  return { at = snapshot.at, blocks = snapshot.blocks, cards = cards, list = list }
end

return M
