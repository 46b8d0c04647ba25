-- Puts tickets that MySQL has a row for into a sale that is being loaded, a few hundred at a time.
-- The first call (ARGV 1 = '1') wipes whatever an earlier life of the sale left behind, its card first.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 lease  6 holder  7 fate
-- ARGV  1 '1' to wipe, else '0'; then for each ticket: number, buyer, fate, '1' if it holds a unit else '0'
-- Output 1
if ARGV[1] == '1' then
  redis.call('DEL', KEYS[1])
  redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7])
end
for i = 2, #ARGV, 4 do
  redis.call('HSET', KEYS[7], ARGV[i], ARGV[i + 2])
  if ARGV[i + 3] == '1' then
    redis.call('HSET', KEYS[6], ARGV[i + 1], ARGV[i])
  end
end
return 1
