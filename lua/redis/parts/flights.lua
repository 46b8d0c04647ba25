-- Who left the line flies until a worker has reserved and recorded. taken: { number, buyer, quantity }; turn: see there.

-- A few hundred at a time: as many as Lua can hand to one call.
local FLIGHTS_A_CALL = 500

local function put_in_flight(turn, kind, taken)
  local keys = turn.keys
  for start = 1, #taken, FLIGHTS_A_CALL do
    local flights, buyers, numbers = {}, {}, {}
    for i = start, math.min(start + FLIGHTS_A_CALL - 1, #taken) do
      local number, buyer, quantity = unpack(taken[i])
      flights[#flights + 1] = number
      flights[#flights + 1] = kind .. ',' .. quantity .. ',' .. buyer
      buyers[#buyers + 1] = buyer
      numbers[#numbers + 1] = number
    end
    redis.call('HSET', keys.flight, unpack(flights))
    redis.call('HDEL', keys.seen, unpack(numbers))
    if kind == 'order' then
      -- Who holds by another ticket, which came back late from a Redis that forgot it, keeps that one.
      local holders = {}
      for i, held in ipairs(redis.call('HMGET', keys.holder, unpack(buyers))) do
        if not held then
          holders[#holders + 1] = buyers[i]
          holders[#holders + 1] = numbers[i]
        end
      end
      if #holders > 0 then
        redis.call('HSET', keys.holder, unpack(holders))
      end
    end
  end
end
