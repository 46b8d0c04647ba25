-- Shows buyers what MySQL has committed for a batch of tickets, ends their flight, and moves the units accordingly.
-- Guarantees: only ever told after the commit; a version that is not newer changes nothing, so that telling it again, late
-- or out of order is harmless; units are moved by the difference between what was told before and now, so that a
-- reservation that MySQL refused, an expiry or a cancellation gives its units back exactly once, and an order that Redis
-- forgot to reserve takes its units now.
--
-- KEYS  1 card  2 flight  3 holder  4 fate
-- ARGV  1 run  2 '1' when nothing can come back any more, else '0' or '' for "as before", then for each ticket:
--       number, buyer, quantity, state, payBy ms (0: none), version
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

for i = 3, #ARGV, 6 do
  local number, buyer, quantity = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local state, pay_by, version = ARGV[i + 3], ARGV[i + 4], tonumber(ARGV[i + 5])
  local before = redis.call('HGET', KEYS[4], number)
  local told, told_version
  if before then
    told, told_version = string.match(before, '^([^,]*),%d+,%d+,(%d+),')
  end
  if not before or version > tonumber(told_version) then
    if not before then
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
      redis.call('HSET', KEYS[3], buyer, number)
    elseif redis.call('HGET', KEYS[3], buyer) == number then
      redis.call('HDEL', KEYS[3], buyer)
    end
    redis.call('HSET', KEYS[4], number, state .. ',' .. quantity .. ',' .. pay_by .. ',' .. version .. ',' .. buyer)
  end
  redis.call('HDEL', KEYS[2], number)
end
redis.call('HSET', KEYS[1], 'left', left, 'flying', flying, 'awaiting', awaiting)
if ARGV[2] == '1' then
  redis.call('HSET', KEYS[1], 'ending', 'sold_out')
elseif ARGV[2] == '0' then
  redis.call('HSET', KEYS[1], 'ending', '')
end
return { 1 }
