-- Writes the live settings into Redis and tells everybody, unless Redis has these or newer ones: of two who spread at once
-- the one who read MySQL earlier may come later, and must take nothing back.
--
-- KEYS  1 settings
-- ARGV  1 run (of no use here)  2 channel  3 version of all  4.. setting, "version value", in turn
-- Output {1} written, {0} not needed
local held = tonumber(redis.call('HGET', KEYS[1], '') or 0)
if held and held >= tonumber(ARGV[3]) then
  return { 0 }
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], '', ARGV[3], unpack(ARGV, 4))
redis.call('PUBLISH', ARGV[2], ARGV[3])
return { 1 }
