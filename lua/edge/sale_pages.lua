-- What the door answers by itself about time and sales.
local refusals = require("edge.refusals")
local sale_state = require("edge.sale_state")
local say = require("edge.say")
local snapshot = require("edge.snapshot")

local function text_of(card, now)
  return card.text .. ('"state":"%s","now":%d}'):format(sale_state.of(card, now), now)
end

local M = {}

function M.time()
  return say(('{"now":%d}'):format(ngx.now() * 1000))
end

-- All live sales but rehearsals, by ID.
function M.list()
  local current = snapshot.current()
  if not current then
    return refusals.send("unavailable")
  end
  local now = ngx.now() * 1000
  local texts = {}
  for _, card in ipairs(current.list) do
    if not card.hidden then
      texts[#texts + 1] = text_of(card, now)
    end
  end
  return say("[" .. table.concat(texts, ",") .. "]")
end

-- Ends the request, unless `sale` may be an older one: then it returns, and a gateway is asked.
function M.one(sale)
  local current = snapshot.current()
  if not current then
    return refusals.send("unavailable")
  end
  local card = current.cards[sale]
  if card and card.hidden then
    return refusals.send("unknown_sale")
  end
  if card then
    return say(text_of(card, ngx.now() * 1000))
  end
  if not sale:find("^[1-9]%d*$") or #sale > 10 then
    return refusals.send("unknown_sale")
  end
end

return M
