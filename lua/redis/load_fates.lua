-- Puts tickets that MySQL has a row for into a sale that is being loaded, a few hundred at a time.
-- The first call (ARGV 2 = '1') takes the card away, so that every other script answers UNLOADED from here on, and
-- forgets what was told. The line and the flight stay: what stands in them and has no row is still on its way.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 holder  6 fate  7 gone  8 seen  9 called
--       10 away  11 kept
-- ARGV  1 run  2 '1' at the first call, else '0'; then for each ticket: number, buyer, fate, '1' if it is live else '0'
-- Output {epoch, next} of the card that was taken away, where it was of this run; else {0, 0}
local epoch, next_number = 0, 0
if ARGV[2] == '1' then
  -- Read in the step that takes it away: nobody can take a number in between.
  local card = redis.call('HMGET', KEYS[1], 'epoch', 'next', 'run')
  if card[3] == ARGV[1] then
    epoch, next_number = tonumber(card[1]), tonumber(card[2])
  end
  redis.call('DEL', KEYS[1])
  redis.call('UNLINK', KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9])
end
-- part: kept_places
for i = 3, #ARGV, 4 do
  local number, buyer = ARGV[i], ARGV[i + 1]
  redis.call('HSET', KEYS[6], number, ARGV[i + 2])
  if ARGV[i + 3] == '1' then
    redis.call('HSET', KEYS[5], buyer, number)
  end
  redis.call('HDEL', KEYS[4], number)
  if redis.call('ZSCORE', KEYS[2], buyer) == number then
    redis.call('ZREM', KEYS[2], buyer)
    redis.call('HDEL', KEYS[3], number)
  elseif kept_place(KEYS[11], buyer) == number then
    end_keeping(KEYS[10], KEYS[11], buyer)
  end
end
return { epoch, next_number }
