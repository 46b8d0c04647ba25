-- Says where many tickets of a sale stand. Changes nothing.
--
-- KEYS  1 card  2 line  3 flight  4 fate
-- ARGV  1 run, then for each ticket: number, buyer
-- Output {UNLOADED}, or {LOADED, batch, every, units free, then for each ticket: state, position, payBy}
--        state: 'waiting' with its position, 'released', 'unknown', or its fate; payBy 0 where there is none
local card = redis.call('HMGET', KEYS[1], 'batch', 'every', 'left', 'flying', 'over', 'awaiting', 'run')
if card[7] ~= ARGV[1] then
  return { 0 }
end
local out = { 1, tonumber(card[1]), tonumber(card[2]), card[3] + card[5] - card[4] - card[6] }
for i = 2, #ARGV, 2 do
  local number, buyer = ARGV[i], ARGV[i + 1]
  local state, position, pay_by = 'unknown', 0, 0
  local fate = redis.call('HGET', KEYS[4], number)
  if fate then
    local word, by = string.match(fate, '^([^,]*),%d+,(%d+)')
    state, pay_by = word == 'reserved' and 'released' or word, tonumber(by)
  else
    local flying = redis.call('HGET', KEYS[3], number)
    if flying then
      local kind = string.match(flying, '^[^,]*')
      state = (kind == 'order' or kind == 'refused') and 'released' or kind
    elseif redis.call('ZSCORE', KEYS[2], buyer) == number then
      state, position = 'waiting', redis.call('ZRANK', KEYS[2], buyer) + 1
    end
  end
  local at = #out
  out[at + 1], out[at + 2], out[at + 3] = state, position, pay_by
end
return out
