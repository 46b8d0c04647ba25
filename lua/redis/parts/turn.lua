-- One call of release.lua, for the parts that it is made of: `turn` holds the KEYS by name, the limits, the sale's card, the
-- time and the answer. nil where the card is none of this run of the server.
local NUMBERS = { 'opens', 'closes', 'left', 'over', 'awaiting', 'flying', 'waiting', 'batch', 'every', 'due', 'hungry',
  'served', 'reach', 'reach_at', 'heard', 'window' }

local function begin_turn(keys, run, limits)
  local texts = redis.call('HMGET', keys.card, 'run', 'epoch', 'phase', 'ending')
  if texts[1] ~= run then
    return nil
  end
  local card = { epoch = texts[2], phase = texts[3], ending = texts[4] }
  for i, value in ipairs(redis.call('HMGET', keys.card, unpack(NUMBERS))) do
    card[NUMBERS[i]] = tonumber(value)
  end
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  return { keys = keys, limits = limits, card = card, now = now, answer = { 1, tonumber(card.epoch), now, 0 } }
end

-- Calling again at once would release more.
local function say_more(turn)
  turn.answer[4] = 1
end

-- Why nobody gets anything any more, if so.
local function why_over(turn)
  if turn.card.phase == 'closed' or turn.now >= turn.card.closes then
    return 'closed'
  end
  return turn.card.ending and turn.card.ending ~= '' and turn.card.ending or nil
end
