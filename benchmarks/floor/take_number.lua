-- A click of the floor: takes the next number and puts the buyer at the end of the list.
--
-- KEYS  1 counter  2 list
-- ARGV  1 buyer
-- Output the number
local number = redis.call('INCR', KEYS[1])
redis.call('RPUSH', KEYS[2], number .. ',' .. ARGV[1])
return number
