-- Takes stock for a batch of tickets, in the order given.
-- Guarantees: a known ticket gets the same answer as before, however often it is asked (the client resends after a lost
-- reply, the broker redelivers); left never sinks below zero here; one ticket a buyer.
-- Where units are taken at the payment, a reservation takes none: it counts as awaiting, and so many may await as there
-- are units left and `over` more.
--
-- KEYS  1 card  2 flight  3 holder  4 fate  5 line  6 wants  7 away  8 kept
-- ARGV  1 run, then for each ticket: number, buyer, quantity
--       (each number once)
-- Output {UNLOADED}, or {LOADED, epoch, then a code for each ticket}; codes: RESERVE in contract/line/reserve.ts
local WON, SOLD_OUT, DUPLICATE = 1, 2, 3

local card = redis.call('HMGET', KEYS[1], 'epoch', 'left', 'flying', 'over', 'awaiting', 'deduct', 'run')
if card[7] ~= ARGV[1] then
  return { 0 }
end
local left, flying, over, awaiting = tonumber(card[2]), tonumber(card[3]), tonumber(card[4]), tonumber(card[5])
local when_paid = card[6] == 'payment'
local out = { 1, tonumber(card[1]) }

-- All that is known of these tickets and buyers, in three calls.
local numbers, buyers = {}, {}
for i = 2, #ARGV, 3 do
  numbers[#numbers + 1] = ARGV[i]
  buyers[#buyers + 1] = ARGV[i + 1]
end
local fates = redis.call('HMGET', KEYS[4], unpack(numbers))
local flights = redis.call('HMGET', KEYS[2], unpack(numbers))
local holders = redis.call('HMGET', KEYS[3], unpack(buyers))

local new_fates, new_holders, refused, here = {}, {}, {}, {}
local fated, fated_buyers = {}, {}
for i, number in ipairs(numbers) do
  local buyer, quantity, fate, entry = buyers[i], tonumber(ARGV[3 * i + 1]), fates[i], flights[i]
  local code
  if fate then
    local state = string.match(fate, '^[^,]*')
    code = (state == 'sold_out' and SOLD_OUT) or (state == 'duplicate' and DUPLICATE) or WON
  else
    local holds = here[buyer] or holders[i]
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
      fated[#fated + 1], fated_buyers[#fated_buyers + 1] = number, buyer
      new_fates[#new_fates + 1] = number
      new_fates[#new_fates + 1] = 'reserved,' .. quantity .. ',0,0,' .. buyer
      if not holds then
        new_holders[#new_holders + 1] = buyer
        new_holders[#new_holders + 1] = number
      end
      here[buyer] = number
    end
    -- It stops flying once: a won ticket has a fate from here on, a refused one is marked so.
    if entry and string.sub(entry, 1, 6) == 'order,' then
      flying = flying - quantity
      if code ~= WON then
        refused[#refused + 1] = number
        refused[#refused + 1] = 'refused' .. string.sub(entry, 6)
      end
    end
  end
  out[#out + 1] = code
end
-- part: kept_places
-- part: out_of_line

if #new_fates > 0 then
  redis.call('HSET', KEYS[4], unpack(new_fates))
  take_out_of_line(fated, fated_buyers)
end
if #new_holders > 0 then
  redis.call('HSET', KEYS[3], unpack(new_holders))
end
if #refused > 0 then
  redis.call('HSET', KEYS[2], unpack(refused))
end
redis.call('HSET', KEYS[1], 'left', left, 'flying', flying, 'awaiting', awaiting)
return out
