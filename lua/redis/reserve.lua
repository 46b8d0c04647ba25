-- Takes stock for a batch of tickets, in the order given.
-- Guarantees: a known ticket gets the same answer as before, however often it is asked (the client resends after a lost
-- reply, the broker redelivers); left never sinks below zero here; one ticket a buyer.
-- Where units are taken at the payment, a reservation takes none: it counts as awaiting, and so many may await as there
-- are units left and `over` more.
--
-- KEYS  1 card  2 flight  3 holder  4 fate
-- ARGV  1 run, then for each ticket: number, buyer, quantity
-- Output {UNLOADED}, or {LOADED, epoch, then a code for each ticket}; codes: RESERVE in contract/line/reserve.ts
local WON, SOLD_OUT, DUPLICATE = 1, 2, 3

local card = redis.call('HMGET', KEYS[1], 'epoch', 'left', 'flying', 'over', 'awaiting', 'deduct', 'run')
if card[7] ~= ARGV[1] then
  return { 0 }
end
local left, flying, over, awaiting = tonumber(card[2]), tonumber(card[3]), tonumber(card[4]), tonumber(card[5])
local when_paid = card[6] == 'payment'
local out = { 1, tonumber(card[1]) }
for i = 2, #ARGV, 3 do
  local number, buyer, quantity = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local fate = redis.call('HGET', KEYS[4], number)
  local code
  if fate then
    local state = string.match(fate, '^[^,]*')
    code = (state == 'sold_out' and SOLD_OUT) or (state == 'duplicate' and DUPLICATE) or WON
  else
    local holds = redis.call('HGET', KEYS[3], buyer)
    if holds and holds ~= number then
      code = DUPLICATE
    elseif left + over - awaiting < quantity then
      code = SOLD_OUT
    else
      code = WON
      if when_paid then
        awaiting = awaiting + quantity
      else
        left = left - quantity
      end
      redis.call('HSET', KEYS[4], number, 'reserved,' .. quantity .. ',0,0,' .. buyer)
      if not holds then
        redis.call('HSET', KEYS[3], buyer, number)
      end
    end
    -- It stops flying once: a won ticket has a fate from here on, a refused one is marked so.
    local entry = redis.call('HGET', KEYS[2], number)
    if entry and string.sub(entry, 1, 6) == 'order,' then
      flying = flying - quantity
      if code ~= WON then
        redis.call('HSET', KEYS[2], number, 'refused' .. string.sub(entry, 6))
      end
    end
  end
  out[#out + 1] = code
end
redis.call('HSET', KEYS[1], 'left', left, 'flying', flying, 'awaiting', awaiting)
return out
