-- Who near the head has stopped asking. The door sends the polls of numbers up to `reach` to a gateway (look.lua); `called`
-- says since when. Whoever was called for longer than the longest delay that the door tells and is still not seen, or
-- not seen for absent_ms, is absent. All is judged at the time when anybody of this line was last heard: where nobody
-- is, it is not the buyers who are away.

local REACH_EVERY_MS = 500
local REACH_TICKETS = 50

-- Moves `reach` on to whom the units that are free could reach while absence shows, and notes when. Answers the mark's
-- number up to which all were called by `called_by`, 0 for none. per_ms: tickets released in a ms; nil: as fast as it goes.
local function move_on(keys, card, now, free, per_ms, zone_ms, called_by)
  if now - (card.reach_at or 0) >= REACH_EVERY_MS then
    local ahead = math.max(0, free)
    if per_ms then
      ahead = math.min(ahead, math.ceil(per_ms * zone_ms))
    end
    local rank = REACH_TICKETS + ahead - 1
    local last = redis.call('ZRANGE', keys.line, rank, rank, 'WITHSCORES')[2]
      or redis.call('ZRANGE', keys.line, -1, -1, 'WITHSCORES')[2]
    local reach = math.max(card.reach, tonumber(last or 0))
    redis.call('HSET', keys.card, 'reach', reach, 'reach_at', now)
    if redis.call('ZRANGE', keys.called, -1, -1)[1] ~= tostring(reach) then
      redis.call('ZADD', keys.called, 'NX', now, reach)
    end
  end
  local mark = redis.call('ZRANGE', keys.called, called_by, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, 1, 'WITHSCORES')
  if not mark[1] then
    return 0
  end
  redis.call('ZREMRANGEBYSCORE', keys.called, '-inf', '(' .. mark[2])
  return tonumber(mark[1])
end

-- Which of these numbers (texts) are absent: { [number] = true }. since: ms; before it, seen is not seen.
local function absence(keys, numbers, called_until, since)
  local absent = {}
  if called_until > 0 and #numbers > 0 then
    for i, seen in ipairs(redis.call('HMGET', keys.seen, unpack(numbers))) do
      absent[numbers[i]] = tonumber(numbers[i]) <= called_until and (not seen or tonumber(seen) < since)
    end
  end
  return absent
end
