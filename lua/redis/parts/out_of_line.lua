-- A ticket that came back from a Redis that forgot it may stand in the line while its message is still on its way. Once
-- it has a fate it must not be released again: its units would fly for ever.
-- For scripts whose KEYS are: 1 card, 5 line, 6 wants, 7 away, 8 kept; needs the part kept_places.
local function take_out_of_line(numbers, buyers)
  if redis.call('EXISTS', KEYS[8]) == 1 then
    for i, number in ipairs(numbers) do
      if kept_place(KEYS[8], buyers[i]) == number then
        end_keeping(KEYS[7], KEYS[8], buyers[i])
      end
    end
  end
  local places = redis.call('ZMSCORE', KEYS[5], unpack(buyers))
  for i, number in ipairs(numbers) do
    if places[i] == number then
      redis.call('ZREM', KEYS[5], buyers[i])
      redis.call('HINCRBY', KEYS[1], 'waiting', -tonumber(redis.call('HGET', KEYS[6], number) or 1))
      redis.call('HDEL', KEYS[6], number)
    end
  end
end
