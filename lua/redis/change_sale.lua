-- Changes settings on a sale's card, if the sale is loaded.
--
-- KEYS  1 card
-- ARGV  1 run, then field, value, ...
-- Output 1 changed, 0 the sale is not loaded (it will be loaded from MySQL, which has the new settings)
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1
