-- Takes stock for a batch of the floor, without looking at who asks.
--
-- KEYS  1 left
-- ARGV  1 how many
-- Output how many got a unit
local left = tonumber(redis.call('GET', KEYS[1]))
local won = math.min(left, tonumber(ARGV[1]))
redis.call('DECRBY', KEYS[1], won)
return won
