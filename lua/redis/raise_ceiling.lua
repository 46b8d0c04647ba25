-- Lets a sale hand out ticket numbers up to a newly leased one.
-- Guarantee: a lease made for another epoch changes nothing, and the ceiling never sinks.
--
-- KEYS  1 card
-- ARGV  1 run  2 epoch  3 ceiling
-- Output 1 raised, 0 not
local card = redis.call('HMGET', KEYS[1], 'epoch', 'ceiling')
if card[1] ~= ARGV[2] or tonumber(card[2]) >= tonumber(ARGV[3]) then
  return 0
end
redis.call('HSET', KEYS[1], 'ceiling', ARGV[3])
return 1
