-- Moves a batch from the head of a sale's line into flight, for whichever gateway asks first.
-- Guarantees: all gateways together keep the set rate (one token bucket, in the card); never more in flight than units
-- free; the order of release is the order of the numbers; a batch whose lease ran out is given out again, the same.
-- Whoever stopped asking is passed over for the sake of somebody behind him: his place is kept for a while and given back
-- when he asks again (parts/kept_places.lua); after that he has left.
-- When the sale is over, or nothing can come back, the rest of the line leaves with that answer, without a rate.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 lease  6 holder  7 away  8 kept  9 seen  10 called  11 requests
-- ARGV  1 run  2 lease ms  3 tickets in flight under auto release, where the card has no window yet
--       4 tickets in a message at most
--       5 absent ms  6 the longest poll delay that the door tells, ms  7 for how long a place is kept, ms
-- Output {UNLOADED}, or {LOADED, epoch, now, more, then for each message: lease, kind, count, then for each
--        ticket: number, buyer, quantity, request}
--        more: 1 when calling again at once would release more
local MESSAGES_A_CALL = 20

local card = redis.call('HMGET', KEYS[1], 'epoch', 'phase', 'opens', 'closes', 'left', 'flying', 'waiting', 'batch',
  'every', 'due', 'hungry', 'ending', 'over', 'awaiting', 'served', 'reach', 'reach_at', 'heard',
  'run', 'window')
if card[19] ~= ARGV[1] then
  return { 0 }
end
local lease_ms, most = tonumber(ARGV[2]), tonumber(ARGV[4])
local window = tonumber(card[20] or ARGV[3])
local epoch, phase = card[1], card[2]
local left, flying, waiting = tonumber(card[5]), tonumber(card[6]), tonumber(card[7])
local batch, every, due = tonumber(card[8]), tonumber(card[9]), tonumber(card[10])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- part: kept_places
-- part: absence
-- part: requests
local keys = { card = KEYS[1], line = KEYS[2], seen = KEYS[9], called = KEYS[10] }

local out = { 1, tonumber(epoch), now, 0 }
local function push(value)
  out[#out + 1] = value
end

-- Into the answer, as messages of at most `most` tickets, each under a lease. tickets: { number, buyer, quantity }
local function send(kind, tickets)
  for first = 1, #tickets, most do
    local last = math.min(first + most - 1, #tickets)
    local numbers = {}
    for i = first, last do
      numbers[#numbers + 1] = tickets[i][1]
    end
    local lease = epoch .. ':' .. table.concat(numbers, ',')
    redis.call('ZADD', KEYS[5], now + lease_ms, lease)
    push(lease)
    push(kind)
    push(#numbers)
    local requests = read_requests(KEYS[11], numbers)
    for i = first, last do
      push(tonumber(tickets[i][1]))
      push(tickets[i][2])
      push(tickets[i][3])
      push(requests[i - first + 1])
    end
  end
end

-- Batches that no gateway got confirmed in time: the same tickets go out again.
local expired = redis.call('ZRANGE', KEYS[5], '-inf', now, 'BYSCORE', 'LIMIT', 0, 200)
if #expired == 200 then
  out[4] = 1
end
for _, lease in ipairs(expired) do
  local numbers = {}
  for number in string.gmatch(string.match(lease, ':(.*)$'), '%d+') do
    numbers[#numbers + 1] = number
  end
  local entries = redis.call('HMGET', KEYS[4], unpack(numbers))
  local tickets, kind, requests = {}, nil, read_requests(KEYS[11], numbers)
  for i, entry in ipairs(entries) do
    if entry then
      local entry_kind, quantity, buyer = string.match(entry, '^([^,]*),(%d+),(.*)$')
      kind = entry_kind == 'refused' and 'order' or entry_kind
      tickets[#tickets + 1] = { tonumber(numbers[i]), buyer, tonumber(quantity), requests[i] }
    end
  end
  if kind then
    redis.call('ZADD', KEYS[5], now + lease_ms, lease)
    push(lease)
    push(kind)
    push(#tickets)
    for _, ticket in ipairs(tickets) do
      push(ticket[1])
      push(ticket[2])
      push(ticket[3])
      push(ticket[4])
    end
  else
    redis.call('ZREM', KEYS[5], lease)
  end
end

-- Why nobody gets anything any more, if so.
local over
if phase == 'closed' or now >= tonumber(card[4]) then
  over = 'closed'
elseif card[12] and card[12] ~= '' then
  over = card[12]
end

-- Who was passed over and did not come back in time has left.
local late = over and redis.call('ZRANGE', KEYS[7], 0, 199)
  or redis.call('ZRANGE', KEYS[7], '-inf', now, 'BYSCORE', 'LIMIT', 0, 200)
if #late > 0 then
  local tickets = {}
  for _, buyer in ipairs(late) do
    local number, quantity = kept_place(KEYS[8], buyer)
    end_keeping(KEYS[7], KEYS[8], buyer)
    if number then
      tickets[#tickets + 1] = { number, buyer, quantity }
      redis.call('HSET', KEYS[4], number, (over or 'left') .. ',' .. quantity .. ',' .. buyer)
    end
  end
  send(over or 'left', tickets)
  if #late == 200 then
    out[4] = 1
  end
end

if waiting == 0 then
  return out
end

-- What may go now, and as what.
local kind, allowed, free = nil, 0, left + card[13] - flying - card[14]
local called_until, since = 0, 0
if not over and phase == 'published' then
  -- Also while no unit is free: who stands at the head shows that he is there before one comes back.
  local absent_ms, longest_ms = tonumber(ARGV[5]), 1.1 * ARGV[6]
  local heard = tonumber(card[18] or 0)
  since = heard - absent_ms
  called_until = move_on(keys, { reach = tonumber(card[16] or 0), reach_at = tonumber(card[17] or 0) }, now, free,
    every > 0 and batch / every or nil, 1.5 * absent_ms + longest_ms, heard - 1.25 * absent_ms - longest_ms)
end
if over then
  kind, allowed, free = over, most * MESSAGES_A_CALL, waiting
elseif phase == 'published' and now >= tonumber(card[3]) and free > 0 then
  kind = 'order'
  -- Further away than one period: of an earlier rate, a slower one. Whoever sets a faster one is not kept waiting for it.
  if every > 0 and due > now + every then
    due = now
  end
  if every == 0 then
    allowed = math.min(window - redis.call('HLEN', KEYS[4]), most * MESSAGES_A_CALL)
    -- Nothing to make up for when the rate becomes a fixed one.
    due = now
  elseif now >= due or due > now + every then
    -- Due later than a whole period from now: the rate was a slower one.
    due = math.min(due, now)
    -- A tick that comes late makes up for the batches it missed, but only where they were missed for lack of a tick.
    local periods = 1
    if card[11] == '1' then
      periods = math.min(math.floor((now - due) / every) + 1, 10)
      due = due + periods * every
    else
      due = now + every
    end
    allowed = batch * periods
  end
end
if not kind or allowed <= 0 then
  return out
end

-- The head of the line. Where nobody asked for more than one unit and nobody can be absent it is simply cut off; else a
-- ticket that wants more than is free stays at its place and the next one that fits goes first, so that no unit waits
-- for a large order, and who is absent is passed over.
local taken, passed, units = {}, {}, 0
local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
if redis.call('EXISTS', KEYS[3]) == 0 and (kind ~= 'order' or tonumber(first) > called_until) then
  local head = redis.call('ZPOPMIN', KEYS[2], math.min(allowed, free))
  for i = 1, #head, 2 do
    taken[#taken + 1] = { head[i + 1], head[i], 1 }
  end
  units = #taken
else
  local from = 0
  while #taken < allowed and units < free and from < 2000 do
    local head = redis.call('ZRANGE', KEYS[2], from, from + 99, 'WITHSCORES')
    if #head == 0 then
      break
    end
    local numbers = {}
    for i = 2, #head, 2 do
      numbers[#numbers + 1] = head[i]
    end
    local wanted = redis.call('HMGET', KEYS[3], unpack(numbers))
    local absent = kind == 'order' and absence(keys, numbers, called_until, since) or {}
    for i, number in ipairs(numbers) do
      local quantity = tonumber(wanted[i] or 1)
      if #taken < allowed and units + quantity <= free then
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
    if #taken < allowed and units + ticket[3] <= free then
      taken[#taken + 1] = ticket
      units = units + ticket[3]
    else
      away[#away + 1] = ticket
    end
  end
  passed = away
  table.sort(taken, function(a, b) return tonumber(a[1]) < tonumber(b[1]) end)
  for _, tickets in ipairs({ taken, passed }) do
    for _, ticket in ipairs(tickets) do
      redis.call('ZREM', KEYS[2], ticket[2])
      redis.call('HDEL', KEYS[3], ticket[1])
    end
  end
  for _, ticket in ipairs(passed) do
    redis.call('ZADD', KEYS[7], now + tonumber(ARGV[7]), ticket[2])
    redis.call('HSET', KEYS[8], ticket[2], ticket[1] .. ',' .. ticket[3])
    redis.call('HDEL', KEYS[9], ticket[1])
    waiting = waiting - ticket[3]
  end
end
if #taken == 0 then
  return out
end

-- A few hundred at a time: as many as Lua can hand to one call.
for start = 1, #taken, 500 do
  local flights, buyers, numbers = {}, {}, {}
  for i = start, math.min(start + 499, #taken) do
    local number, buyer, quantity = unpack(taken[i])
    flights[#flights + 1] = number
    flights[#flights + 1] = kind .. ',' .. quantity .. ',' .. buyer
    buyers[#buyers + 1] = buyer
    numbers[#numbers + 1] = number
  end
  redis.call('HSET', KEYS[4], unpack(flights))
  redis.call('HDEL', KEYS[9], unpack(numbers))
  if kind == 'order' then
    -- Who holds by another ticket, which came back late from a Redis that forgot it, keeps that one.
    local holders = {}
    for i, held in ipairs(redis.call('HMGET', KEYS[6], unpack(buyers))) do
      if not held then
        holders[#holders + 1] = buyers[i]
        holders[#holders + 1] = taken[start + i - 1][1]
      end
    end
    if #holders > 0 then
      redis.call('HSET', KEYS[6], unpack(holders))
    end
  end
end
-- A ticket that came back to the head does not take it back: the door tells whoever is above that he still waits.
-- Whoever was passed over is below it too, since somebody behind took what he could have had: his polls reach a gateway.
local served = math.max(tonumber(card[15]), tonumber(taken[#taken][1]))
waiting = waiting - units
if kind == 'order' then
  local hungry = (waiting > 0 and free > units) and 1 or 0
  redis.call('HSET', KEYS[1], 'waiting', waiting, 'flying', flying + units, 'due', due, 'hungry', hungry, 'served', served)
else
  redis.call('HSET', KEYS[1], 'waiting', waiting, 'served', served)
end

send(kind, taken)
if waiting > 0 and #taken == allowed and (kind ~= 'order' or every == 0) then
  out[4] = 1
end
return out
