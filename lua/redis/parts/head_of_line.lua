-- Takes what may go off the head of the line. tickets: { number, buyer, quantity }. Needs the part absence; turn: see there;
-- go: see rate.
local LOOKED_THROUGH = 2000

-- Nobody asked for more than one unit and nobody can be absent: the head is simply cut off.
local function cut_head(line, go)
  local taken = {}
  local head = redis.call('ZPOPMIN', line, math.min(go.tickets, go.units))
  for i = 1, #head, 2 do
    taken[#taken + 1] = { head[i + 1], head[i], 1 }
  end
  return taken, {}, #taken
end

-- A ticket that wants more than is free stays at its place and the next one that fits goes first, so that no unit waits
-- for a large order; and who is absent is passed over.
local function pick_head(turn, go, called)
  local keys, taken, passed, units, from = turn.keys, {}, {}, 0, 0
  while #taken < go.tickets and units < go.units and from < LOOKED_THROUGH do
    local head = redis.call('ZRANGE', keys.line, from, from + 99, 'WITHSCORES')
    if #head == 0 then
      break
    end
    local numbers = {}
    for i = 2, #head, 2 do
      numbers[#numbers + 1] = head[i]
    end
    local wanted = redis.call('HMGET', keys.wants, unpack(numbers))
    local absent = go.kind == 'order' and absence(keys.seen, numbers, called) or {}
    for i, number in ipairs(numbers) do
      local quantity = tonumber(wanted[i] or 1)
      if #taken < go.tickets and units + quantity <= go.units then
        local ticket = { number, head[2 * i - 1], quantity }
        if absent[number] then
          passed[#passed + 1] = ticket
        else
          taken[#taken + 1] = ticket
          units = units + quantity
        end
      end
    end
    from = from + 100
  end
  -- What nobody else can have now goes to the absent after all: no unit is idle for their sake.
  local away = {}
  for _, ticket in ipairs(passed) do
    if #taken < go.tickets and units + ticket[3] <= go.units then
      taken[#taken + 1] = ticket
      units = units + ticket[3]
    else
      away[#away + 1] = ticket
    end
  end
  table.sort(taken, function(a, b) return tonumber(a[1]) < tonumber(b[1]) end)
  for _, tickets in ipairs({ taken, away }) do
    for _, ticket in ipairs(tickets) do
      redis.call('ZREM', keys.line, ticket[2])
      redis.call('HDEL', keys.wants, ticket[1])
    end
  end
  return taken, away, units
end

-- Gives who goes, in the order of the numbers, who was passed over, and for how many units they go.
local function take_head(turn, go, called)
  local keys = turn.keys
  local first = redis.call('ZRANGE', keys.line, 0, 0, 'WITHSCORES')[2]
  if redis.call('EXISTS', keys.wants) == 0 and (go.kind ~= 'order' or tonumber(first) > called.up_to) then
    return cut_head(keys.line, go)
  end
  return pick_head(turn, go, called)
end

-- The places of who was passed over are kept for a while.
local function keep_places(turn, passed)
  local keys, card = turn.keys, turn.card
  for _, ticket in ipairs(passed) do
    redis.call('ZADD', keys.away, turn.now + turn.limits.grace_ms, ticket[2])
    redis.call('HSET', keys.kept, ticket[2], ticket[1] .. ',' .. ticket[3])
    redis.call('HDEL', keys.seen, ticket[1])
    card.waiting = card.waiting - ticket[3]
  end
end
