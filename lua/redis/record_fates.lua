-- Shows buyers what MySQL has committed for a batch of tickets, ends their flight, and moves the units accordingly.
-- Guarantees: only ever told after the commit; a version that is not newer changes nothing, so that telling it again, late
-- or out of order is harmless; units are moved by the difference between what was told before and now, so that a
-- reservation that MySQL refused, an expiry or a cancellation gives its units back exactly once, and an order that Redis
-- forgot to reserve takes its units now.
--
-- KEYS  1 card  2 flight  3 holder  4 fate  5 line  6 wants  7 away  8 kept
-- ARGV  1 run  2 the stock of which every unit is paid, so that none can come back, else '', then for each ticket:
--       number, buyer, quantity, state, payBy ms (0: none), version
--       What is told late was committed before the last payment, or before units came on top: then the card has more.
-- Output {UNLOADED}, or {LOADED}
local card = redis.call('HMGET', KEYS[1], 'left', 'flying', 'awaiting', 'deduct', 'run')
if card[5] ~= ARGV[1] then
  return { 0 }
end
local left, flying, awaiting = tonumber(card[1]), tonumber(card[2]), tonumber(card[3])
local when_paid = card[4] == 'payment'
local UNPAID = { reserved = true, awaiting_payment = true, expiring = true }

local function holds(state)
  return state == 'paid' or UNPAID[state] or false
end

-- Units taken from `left`, and units counted as awaiting, by a ticket in this state.
local function units(state, quantity)
  if when_paid then
    return state == 'paid' and quantity or 0, UNPAID[state] and quantity or 0
  end
  return holds(state) and quantity or 0, 0
end

local numbers, buyers = {}, {}
for i = 3, #ARGV, 6 do
  numbers[#numbers + 1] = ARGV[i]
  buyers[#buyers + 1] = ARGV[i + 1]
end
local new_fates, new_holders, freed = {}, {}, {}
local fated, fated_buyers = {}, {}
if #numbers > 0 then
  local fates = redis.call('HMGET', KEYS[4], unpack(numbers))
  local holders = redis.call('HMGET', KEYS[3], unpack(buyers))
  for i, number in ipairs(numbers) do
    local at = 6 * i - 3
    local buyer, quantity = buyers[i], tonumber(ARGV[at + 2])
    local state, pay_by, version = ARGV[at + 3], ARGV[at + 4], tonumber(ARGV[at + 5])
    local told, told_version
    if fates[i] then
      told, told_version = string.match(fates[i], '^([^,]*),%d+,%d+,(%d+),')
    end
    if not told or version > tonumber(told_version) then
      if not told then
        fated[#fated + 1], fated_buyers[#fated_buyers + 1] = number, buyer
        local entry = redis.call('HGET', KEYS[2], number)
        if entry and string.sub(entry, 1, 6) == 'order,' then
          flying = flying - quantity
        end
      end
      local taken_before, awaiting_before = units(told, quantity)
      local taken, awaiting_now = units(state, quantity)
      left = left + taken_before - taken
      awaiting = awaiting - awaiting_before + awaiting_now
      if holds(state) then
        if holders[i] ~= number then
          new_holders[#new_holders + 1] = buyer
          new_holders[#new_holders + 1] = number
        end
      elseif holders[i] == number then
        freed[#freed + 1] = buyer
      end
      new_fates[#new_fates + 1] = number
      new_fates[#new_fates + 1] = state .. ',' .. quantity .. ',' .. pay_by .. ',' .. version .. ',' .. buyer
    end
  end
  redis.call('HDEL', KEYS[2], unpack(numbers))
end
-- Freed before taken: a buyer may give one ticket up and hold another within the same call.
if #freed > 0 then
  redis.call('HDEL', KEYS[3], unpack(freed))
end
if #new_holders > 0 then
  redis.call('HSET', KEYS[3], unpack(new_holders))
end
-- part: kept_places
-- part: out_of_line

if #fated > 0 then
  take_out_of_line(fated, fated_buyers)
end
if #new_fates > 0 then
  redis.call('HSET', KEYS[4], unpack(new_fates))
end
redis.call('HSET', KEYS[1], 'left', left, 'flying', flying, 'awaiting', awaiting)
if ARGV[2] ~= '' and tonumber(ARGV[2]) >= tonumber(redis.call('HGET', KEYS[1], 'stock')) then
  redis.call('HSET', KEYS[1], 'ending', 'sold_out')
end
return { 1 }
