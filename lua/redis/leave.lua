-- Takes one buyer out of the line, at the buyer's wish; the ticket flies to the workers, who record it as left.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 lease  6 gone  7 away  8 kept  9 requests
-- ARGV  1 run  2 number  3 buyer  4 lease ms
-- Output {UNLOADED}, or {LOADED, 0} not in the line, or {LOADED, 1, epoch, now, lease, quantity, request}
local card = redis.call('HMGET', KEYS[1], 'epoch', 'waiting', 'run')
if card[3] ~= ARGV[1] then
  return { 0 }
end
-- part: kept_places
-- part: requests
local waiting = tonumber(card[2])
if kept_place(KEYS[8], ARGV[3]) == ARGV[2] then
  waiting = waiting + give_back(KEYS[1], KEYS[2], KEYS[3], KEYS[7], KEYS[8], ARGV[3])
end
if redis.call('ZSCORE', KEYS[2], ARGV[3]) ~= ARGV[2] then
  return { 1, 0 }
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local quantity = tonumber(redis.call('HGET', KEYS[3], ARGV[2]) or 1)
local lease = card[1] .. ':' .. ARGV[2]
redis.call('ZREM', KEYS[2], ARGV[3])
redis.call('HDEL', KEYS[3], ARGV[2])
redis.call('HSET', KEYS[4], ARGV[2], 'left,' .. quantity .. ',' .. ARGV[3])
redis.call('HSET', KEYS[1], 'waiting', waiting - quantity)
redis.call('SETBIT', KEYS[6], tonumber(ARGV[2]) % 131072, 1)
redis.call('ZADD', KEYS[5], now + tonumber(ARGV[4]), lease)
return { 1, 1, tonumber(card[1]), now, lease, quantity, read_requests(KEYS[9], { ARGV[2] })[1] }
