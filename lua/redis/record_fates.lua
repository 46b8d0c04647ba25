-- Shows buyers what MySQL has committed for a batch of tickets, and ends their flight.
-- Guarantees: only ever told after the commit; telling it again changes nothing; a reservation that MySQL refused gives
-- its units back; an order that Redis forgot to reserve (an old append-only file, say) takes its units now.
--
-- KEYS  1 card  2 flight  3 holder  4 fate
-- ARGV  for each ticket: number, buyer, quantity, state, payBy ms (0: none), '1' if it holds a unit else '0'
-- Output {UNLOADED}, or {LOADED}
local card = redis.call('HMGET', KEYS[1], 'left', 'flying')
if not card[1] then
  return { 0 }
end
local left, flying = tonumber(card[1]), tonumber(card[2])
for i = 1, #ARGV, 6 do
  local number, buyer, quantity = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local state, pay_by, holds = ARGV[i + 3], ARGV[i + 4], ARGV[i + 5] == '1'
  local before = redis.call('HGET', KEYS[4], number)
  if not before then
    local entry = redis.call('HGET', KEYS[2], number)
    if entry and string.sub(entry, 1, 6) == 'order,' then
      flying = flying - quantity
    end
    if holds then
      left = left - quantity
    end
  elseif not holds and string.sub(before, 1, 9) == 'reserved,' then
    left = left + quantity
  end
  if holds then
    redis.call('HSET', KEYS[3], buyer, number)
  elseif redis.call('HGET', KEYS[3], buyer) == number then
    redis.call('HDEL', KEYS[3], buyer)
  end
  redis.call('HSET', KEYS[4], number, state .. ',' .. quantity .. ',' .. pay_by .. ',' .. buyer)
  redis.call('HDEL', KEYS[2], number)
end
redis.call('HSET', KEYS[1], 'left', left, 'flying', flying)
return { 1 }
