-- Puts a sale's card into Redis as the last step of loading it from MySQL (see contract/preload.ts), and counts what
-- stood in the line and in flight already.
-- Guarantee: all other scripts answer UNLOADED until this ran, so nobody acts on half a sale.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 lease  6 holder
-- ARGV  1 run, then field, value, ... of the card
-- Output 1
local waiting, flying = redis.call('ZCARD', KEYS[2]), 0
local wants = redis.call('HVALS', KEYS[3])
for _, quantity in ipairs(wants) do
  waiting = waiting + tonumber(quantity) - 1
end
-- Whatever flies goes out again at once: its message may be lost with whatever Redis lost.
local flight = redis.call('HGETALL', KEYS[4])
redis.call('DEL', KEYS[5])
for i = 1, #flight, 2 do
  local kind, quantity, buyer = string.match(flight[i + 1], '^([^,]*),(%d+),(.*)$')
  if kind == 'refused' then
    kind = 'order'
    redis.call('HSET', KEYS[4], flight[i], 'order,' .. quantity .. ',' .. buyer)
  end
  if kind == 'order' then
    flying = flying + tonumber(quantity)
    -- A buyer who has another ticket that holds keeps that one; the worker will tell this one so.
    redis.call('HSETNX', KEYS[6], buyer, flight[i])
  end
  redis.call('ZADD', KEYS[5], 0, '0:' .. flight[i])
end
redis.call('HSET', KEYS[1], 'run', ARGV[1], 'waiting', waiting, 'flying', flying, unpack(ARGV, 2))
return 1
