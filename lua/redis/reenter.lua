-- Puts a ticket that Redis forgot back into the line, at its number.
-- Guarantee: only a ticket that this line could have handed out, and only where its buyer has no other place.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 holder  6 fate
-- ARGV  1 number  2 buyer  3 quantity
-- Output {UNLOADED}, or {LOADED, 1} it waits (again), or {LOADED, 0} its buyer has another ticket or the line is over
local card = redis.call('HMGET', KEYS[1], 'next', 'phase', 'closes', 'waiting')
if not card[1] then
  return { 0 }
end
local number, buyer = ARGV[1], ARGV[2]
local time = redis.call('TIME')
if tonumber(number) >= tonumber(card[1]) or card[2] == 'closed' or time[1] * 1000 >= tonumber(card[3]) then
  return { 1, 0 }
end
local waits = redis.call('ZSCORE', KEYS[2], buyer)
local holds = redis.call('HGET', KEYS[5], buyer)
if waits == number or holds == number or redis.call('HEXISTS', KEYS[4], number) == 1
    or redis.call('HEXISTS', KEYS[6], number) == 1 then
  return { 1, 1 }
end
if waits or holds then
  return { 1, 0 }
end
redis.call('ZADD', KEYS[2], number, buyer)
if tonumber(ARGV[3]) > 1 then
  redis.call('HSET', KEYS[3], number, ARGV[3])
end
redis.call('HSET', KEYS[1], 'waiting', tonumber(card[4]) + tonumber(ARGV[3]))
return { 1, 1 }
