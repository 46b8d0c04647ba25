-- Moves a batch from the head of a sale's line into flight, for whichever gateway asks first.
-- Guarantees: all gateways together keep the set rate (one token bucket, in the card); never more in flight than units
-- free; the order of release is the order of the numbers; a batch whose lease ran out is given out again, the same.
-- When the sale is over, or nothing can come back, the rest of the line leaves with that answer, without a rate.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 lease  6 holder
-- ARGV  1 run  2 lease ms  3 tickets in flight under auto release  4 tickets in a message at most
-- Output {UNLOADED}, or {LOADED, epoch, now, more, then for each message: lease, kind, count, number, buyer, quantity, …}
--        more: 1 when calling again at once would release more
local MESSAGES_A_CALL = 20

local card = redis.call('HMGET', KEYS[1], 'epoch', 'phase', 'opens', 'closes', 'left', 'flying', 'waiting', 'batch',
  'every', 'due', 'hungry', 'ending', 'over', 'awaiting', 'served', 'run')
if card[16] ~= ARGV[1] then
  return { 0 }
end
local lease_ms, window, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local epoch, phase = card[1], card[2]
local left, flying, waiting = tonumber(card[5]), tonumber(card[6]), tonumber(card[7])
local batch, every, due = tonumber(card[8]), tonumber(card[9]), tonumber(card[10])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local out = { 1, tonumber(epoch), now, 0 }
local function push(value)
  out[#out + 1] = value
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
  local tickets, kind = {}, nil
  for i, entry in ipairs(entries) do
    if entry then
      local entry_kind, quantity, buyer = string.match(entry, '^([^,]*),(%d+),(.*)$')
      kind = entry_kind == 'refused' and 'order' or entry_kind
      tickets[#tickets + 1] = { tonumber(numbers[i]), buyer, tonumber(quantity) }
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
    end
  else
    redis.call('ZREM', KEYS[5], lease)
  end
end

if waiting == 0 then
  return out
end

-- What may go now, and as what.
local kind, allowed, free = nil, 0, left + card[13] - flying - card[14]
if phase == 'closed' or now >= tonumber(card[4]) then
  kind, allowed, free = 'closed', most * MESSAGES_A_CALL, waiting
elseif card[12] and card[12] ~= '' then
  kind, allowed, free = card[12], most * MESSAGES_A_CALL, waiting
elseif phase == 'published' and now >= tonumber(card[3]) and free > 0 then
  kind = 'order'
  if every == 0 then
    allowed = math.min(window - redis.call('HLEN', KEYS[4]), most * MESSAGES_A_CALL)
  elseif now >= due then
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

-- The head of the line. Where nobody asked for more than one unit it is simply cut off; else a ticket that wants more
-- than is free stays at its place and the next one that fits goes first, so that no unit waits for a large order.
local taken, units = {}, 0
if redis.call('EXISTS', KEYS[3]) == 0 then
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
    for i = 1, #head, 2 do
      local quantity = tonumber(redis.call('HGET', KEYS[3], head[i + 1]) or 1)
      if #taken < allowed and units + quantity <= free then
        taken[#taken + 1] = { head[i + 1], head[i], quantity }
        units = units + quantity
      end
    end
    from = from + 100
  end
  for _, ticket in ipairs(taken) do
    redis.call('ZREM', KEYS[2], ticket[2])
    redis.call('HDEL', KEYS[3], ticket[1])
  end
end
if #taken == 0 then
  return out
end

-- A few hundred at a time: as many as Lua can hand to one call.
for first = 1, #taken, 500 do
  local flights, buyers = {}, {}
  for i = first, math.min(first + 499, #taken) do
    local number, buyer, quantity = unpack(taken[i])
    flights[#flights + 1] = number
    flights[#flights + 1] = kind .. ',' .. quantity .. ',' .. buyer
    buyers[#buyers + 1] = buyer
  end
  redis.call('HSET', KEYS[4], unpack(flights))
  if kind == 'order' then
    -- Who holds by another ticket, which came back late from a Redis that forgot it, keeps that one.
    local holders = {}
    for i, held in ipairs(redis.call('HMGET', KEYS[6], unpack(buyers))) do
      if not held then
        holders[#holders + 1] = buyers[i]
        holders[#holders + 1] = taken[first + i - 1][1]
      end
    end
    if #holders > 0 then
      redis.call('HSET', KEYS[6], unpack(holders))
    end
  end
end
-- A ticket that came back to the head does not take it back: the door tells whoever is above that he still waits.
local served = math.max(tonumber(card[15]), tonumber(taken[#taken][1]))
waiting = waiting - units
if kind == 'order' then
  local hungry = (waiting > 0 and free > units) and 1 or 0
  redis.call('HSET', KEYS[1], 'waiting', waiting, 'flying', flying + units, 'due', due, 'hungry', hungry, 'served', served)
else
  redis.call('HSET', KEYS[1], 'waiting', waiting, 'served', served)
end

for first = 1, #taken, most do
  local last = math.min(first + most - 1, #taken)
  local numbers = {}
  for i = first, last do
    numbers[#numbers + 1] = taken[i][1]
  end
  local lease = epoch .. ':' .. table.concat(numbers, ',')
  redis.call('ZADD', KEYS[5], now + lease_ms, lease)
  push(lease)
  push(kind)
  push(#numbers)
  for i = first, last do
    push(tonumber(taken[i][1]))
    push(taken[i][2])
    push(taken[i][3])
  end
end
if waiting > 0 and #taken == allowed and (kind ~= 'order' or every == 0) then
  out[4] = 1
end
return out
