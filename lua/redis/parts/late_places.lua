-- Who was passed over and did not come back in time has left; when the sale is over, nobody's place is kept any longer.
-- Needs the parts kept_places and messages; turn: see there.
local LATE_A_CALL = 200

local function send_late(turn, over)
  local keys = turn.keys
  local late = over and redis.call('ZRANGE', keys.away, 0, LATE_A_CALL - 1)
    or redis.call('ZRANGE', keys.away, '-inf', turn.now, 'BYSCORE', 'LIMIT', 0, LATE_A_CALL)
  local tickets, kind = {}, over or 'left'
  for _, buyer in ipairs(late) do
    local number, quantity = kept_place(keys.kept, buyer)
    end_keeping(keys.away, keys.kept, buyer)
    if number then
      tickets[#tickets + 1] = { number, buyer, quantity }
      redis.call('HSET', keys.flight, number, kind .. ',' .. quantity .. ',' .. buyer)
    end
  end
  send(turn, kind, tickets)
  if #late == LATE_A_CALL then
    say_more(turn)
  end
end
