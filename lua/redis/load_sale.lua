-- Puts a sale's card into Redis as the last step of loading it from MySQL (see contract/preload.ts).
-- Guarantee: joins and reservations answer UNLOADED until this ran, so nobody acts on half a sale.
--
-- KEYS  1 card
-- ARGV  1.. field, value, ... of the card; `epoch` among them
-- Output 1
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1
