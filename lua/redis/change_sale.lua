-- Changes settings on a sale's card, if the sale is loaded.
--
-- KEYS  1 card
-- ARGV  field, value, ...
-- Output 1 changed, 0 the sale is not loaded (it will be loaded from MySQL, which has the new settings)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1
