-- Says where many tickets of a sale stand. Whoever asks is there: a place that was kept is given back, and near the
-- head it is written down when he was seen.
--
-- KEYS  1 card  2 line  3 flight  4 fate  5 wants  6 away  7 kept  8 seen  9 called
-- ARGV  1 run  2 silence ms, then for each ticket: number, buyer
-- Output {UNLOADED}, or {LOADED, batch, every, units free, then for each ticket: state, position, payBy}
--        state: 'waiting' with its position, 'released', 'unknown', or its fate; payBy 0 where there is none
local card = redis.call('HMGET', KEYS[1], 'batch', 'every', 'left', 'flying', 'over', 'awaiting', 'reach', 'heard', 'run')
if card[9] ~= ARGV[1] then
  return { 0 }
end
-- part: kept_places
local reach, some_away = tonumber(card[7]), redis.call('EXISTS', KEYS[7]) == 1
local near = {}
local out = { 1, tonumber(card[1]), tonumber(card[2]), card[3] + card[5] - card[4] - card[6] }
for i = 3, #ARGV, 2 do
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
    else
      if some_away and kept_place(KEYS[7], buyer) == number then
        give_back(KEYS[1], KEYS[2], KEYS[5], KEYS[6], KEYS[7], buyer)
      end
      if redis.call('ZSCORE', KEYS[2], buyer) == number then
        state, position = 'waiting', redis.call('ZRANK', KEYS[2], buyer) + 1
        if tonumber(number) <= reach then
          near[#near + 1] = number
        end
      end
    end
  end
  local at = #out
  out[at + 1], out[at + 2], out[at + 3] = state, position, pay_by
end
if #near > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  if card[8] and now - card[8] > tonumber(ARGV[2]) then
    -- Nobody at all was heard for so long: the door or the gateways were away, not the buyers. All begin anew.
    redis.call('DEL', KEYS[9])
  end
  local seen = {}
  for _, number in ipairs(near) do
    seen[#seen + 1] = number
    seen[#seen + 1] = now
  end
  redis.call('HSET', KEYS[8], unpack(seen))
  redis.call('HSET', KEYS[1], 'heard', now)
end
return out
