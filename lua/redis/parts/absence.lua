-- Who near the head has stopped asking. The door sends the polls of numbers up to `reach` to a gateway (look.lua); `called`
-- says since when. Whoever was called for longer than the longest delay that the door tells and is still not seen, or
-- not seen for absent_ms, is absent. All is judged at the time when anybody of this line was last heard: where nobody
-- is, it is not the buyers who are away. turn: see there.

local REACH_EVERY_MS = 500
local REACH_TICKETS = 50

-- Moves `reach` on to whom the units that are free could reach while absence shows, and notes when.
local function move_on(turn, free)
  local keys, card, limits = turn.keys, turn.card, turn.limits
  local ahead = math.max(0, free)
  if card.every > 0 then
    local zone_ms = 1.5 * limits.absent_ms + limits.longest_ms
    ahead = math.min(ahead, math.ceil(card.batch / card.every * zone_ms))
  end
  local rank = REACH_TICKETS + ahead - 1
  local last = redis.call('ZRANGE', keys.line, rank, rank, 'WITHSCORES')[2]
    or redis.call('ZRANGE', keys.line, -1, -1, 'WITHSCORES')[2]
  local reach = math.max(card.reach or 0, tonumber(last or 0))
  redis.call('HSET', keys.card, 'reach', reach, 'reach_at', turn.now)
  if redis.call('ZRANGE', keys.called, -1, -1)[1] ~= tostring(reach) then
    redis.call('ZADD', keys.called, 'NX', turn.now, reach)
  end
end

-- Gives { up_to, since }: the number up to which all have been called for long enough, 0 for none, and the time before
-- which seen is not seen.
local function call_head(turn, free)
  local keys, limits, heard = turn.keys, turn.limits, turn.card.heard or 0
  if turn.now - (turn.card.reach_at or 0) >= REACH_EVERY_MS then
    move_on(turn, free)
  end
  local called_by = heard - 1.25 * limits.absent_ms - limits.longest_ms
  local mark = redis.call('ZRANGE', keys.called, called_by, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, 1, 'WITHSCORES')
  if not mark[1] then
    return { up_to = 0, since = 0 }
  end
  redis.call('ZREMRANGEBYSCORE', keys.called, '-inf', '(' .. mark[2])
  return { up_to = tonumber(mark[1]), since = heard - limits.absent_ms }
end

-- Which of these numbers (texts) are absent: { [number] = true }.
local function absence(seen_key, numbers, called)
  local absent = {}
  if called.up_to > 0 and #numbers > 0 then
    for i, seen in ipairs(redis.call('HMGET', seen_key, unpack(numbers))) do
      absent[numbers[i]] = tonumber(numbers[i]) <= called.up_to and (not seen or tonumber(seen) < called.since)
    end
  end
  return absent
end
