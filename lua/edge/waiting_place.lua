-- Where a ticket stands in its sale's line, reckoned from the snapshot. card: of the snapshot; number: the ticket's.
local bit = require("bit")

-- Numbers modulo this have their bit in a card's `gone`, as lua/redis/ sets it. A bit of another number with the same
-- rest only means that a gateway is asked.
local GONE_BITS = 131072

local M = {}

function M.left_out_of_turn(card, number)
  local gone = card.gone
  if not gone then
    return false
  end
  local nth = number % GONE_BITS
  local byte = gone:byte(math.floor(nth / 8) + 1)
  return byte ~= nil and bit.band(byte, bit.rshift(0x80, nth % 8)) ~= 0
end

-- How many are in line up to this number. Exact where nobody left out of turn; who did is taken to be spread evenly.
function M.position(card, number)
  local last = math.max(card.last, number)
  local handed_out, waiting = last - card.served, card.waiting + last - card.last
  if waiting > handed_out then
    -- Tickets of earlier epochs are ahead of all these.
    return waiting - (last - number)
  end
  return math.max(1, math.ceil((number - card.served) * waiting / handed_out))
end

-- When to ask again: the later the further back, with a fifth of jitter, so that a crowd that came together does not
-- poll together. Who stands beyond the units that are free waits for one to come back: nobody can say when.
-- Ops (or load) may slow all polls down by a factor; then one still comes halfway to the turn at the latest.
function M.poll_after_ms(eta_ms, beyond, most, factor)
  local base = eta_ms and math.max(500, eta_ms / 4) or 2000 + 50 * beyond
  if factor > 1 then
    base = eta_ms and math.max(base, math.min(base * factor, math.max(eta_ms / 2, 500 * factor))) or base * factor
  end
  return math.floor(math.min(base, most) * (0.9 + 0.2 * math.random()) + 0.5)
end

-- What a join is told of a ticket: position (0: released), eta and delay of the next poll in ms.
function M.of(card, number)
  if number <= card.served then
    return 0, 0, M.poll_after_ms(0, 0, card.pollMs, card.switches["poll-factor"])
  end
  local position = M.position(card, number)
  local eta_ms = card.perSecond > 0 and math.ceil(position * 1000 / card.perSecond) or 0
  return position, eta_ms, M.poll_after_ms(eta_ms, 0, card.pollMs, card.switches["poll-factor"])
end

return M
