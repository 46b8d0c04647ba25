-- Gives tickets in flight a lease that is over, so that the next release sends them again.
-- Guarantee: only what still flies; sending again is harmless, the workers know a ticket by its number.
--
-- KEYS  1 card  2 flight  3 lease
-- ARGV  1 run  then numbers
-- Output {UNLOADED}, or {LOADED, how many}
local card = redis.call('HMGET', KEYS[1], 'epoch', 'run')
if card[2] ~= ARGV[1] then
  return { 0 }
end
local count = 0
for i = 2, #ARGV do
  if redis.call('HEXISTS', KEYS[2], ARGV[i]) == 1 then
    redis.call('ZADD', KEYS[3], 0, card[1] .. ':' .. ARGV[i])
    count = count + 1
  end
end
return { 1, count }
