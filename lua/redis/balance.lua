-- What reconciliation compares with MySQL, at one instant. Changes nothing.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 lease  6 fate
-- ARGV  1 run
-- Output {UNLOADED}, or {LOADED, epoch, left, units reserved and not yet recorded, waiting, units in the line,
--         flying, units of orders in flight and not reserved, ending ('' or a word), stock, then each number in flight}
local card = redis.call('HMGET', KEYS[1], 'epoch', 'left', 'waiting', 'ending', 'run', 'flying', 'stock')
if card[5] ~= ARGV[1] then
  return { 0 }
end
local line = redis.call('ZCARD', KEYS[2])
for _, quantity in ipairs(redis.call('HVALS', KEYS[3])) do
  line = line + tonumber(quantity) - 1
end
local out = { 1, tonumber(card[1]), tonumber(card[2]), 0, tonumber(card[3]), line, tonumber(card[6]), 0, card[4] }
out[10] = tonumber(card[7])
local when_paid = redis.call('HGET', KEYS[1], 'deduct') == 'payment'
local flight = redis.call('HGETALL', KEYS[4])
for i = 1, #flight, 2 do
  out[#out + 1] = tonumber(flight[i])
  local fate = redis.call('HGET', KEYS[6], flight[i])
  if fate and not when_paid and string.sub(fate, 1, 9) == 'reserved,' then
    out[4] = out[4] + tonumber(string.match(fate, '^[^,]*,(%d+)'))
  elseif not fate and string.sub(flight[i + 1], 1, 6) == 'order,' then
    out[8] = out[8] + tonumber(string.match(flight[i + 1], '^order,(%d+)'))
  end
end
return out
