-- Reads what a sale's keys say about its tickets and units, at one instant, for the audit. Changes nothing (it is
-- called by EVAL_RO). Numbers come back as ranges, so a line of a million is a short answer.
-- Takes about 0.6 s of Redis for a line of a million, and nothing noticeable for a few thousand.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 fate  6 kept
-- Output {0}, or {1, {epoch, stock, left, waiting, flying, next, ceiling, awaiting}, ending, units the line wants, line,
--        flight, reserved, units of orders in flight and not reserved, units reserved without a row, units held by
--        orders that are told of, units that await their payment before they are taken, away}
--        line, flight, reserved, away: {first number, last number, first number, …}; reserved are the tickets that were
--        told that they won and await their row, away those passed over whose places are kept
local card = redis.call('HMGET', KEYS[1], 'epoch', 'stock', 'left', 'waiting', 'flying', 'next', 'ceiling', 'awaiting')
if not card[1] then
  return { 0 }
end
local settings = redis.call('HMGET', KEYS[1], 'deduct', 'ending')
local when_paid = settings[1] == 'payment'

local function append(ranges, number)
  if ranges[#ranges] == number - 1 then
    ranges[#ranges] = number
  else
    ranges[#ranges + 1] = number
    ranges[#ranges + 1] = number
  end
end

local line, size = {}, redis.call('ZCARD', KEYS[2])
local units = size
local page = 4000
for from = 0, size - 1, page do
  local members = redis.call('ZRANGE', KEYS[2], from, from + page - 1, 'WITHSCORES')
  for i = 2, #members, 2 do
    append(line, tonumber(members[i]))
  end
end
for _, quantity in ipairs(redis.call('HVALS', KEYS[3])) do
  units = units + tonumber(quantity) - 1
end

local function by_number(a, b)
  return a[1] < b[1]
end

local kept = {}
for _, place in ipairs(redis.call('HVALS', KEYS[6])) do
  kept[#kept + 1] = { tonumber(string.match(place, '^%d+')) }
end
table.sort(kept, by_number)
local away = {}
for _, entry in ipairs(kept) do
  append(away, entry[1])
end

local entries = {}
local raw = redis.call('HGETALL', KEYS[4])
for i = 1, #raw, 2 do
  entries[#entries + 1] = { tonumber(raw[i]), raw[i], raw[i + 1] }
end
table.sort(entries, by_number)
local flight, flying_units = {}, 0
for _, entry in ipairs(entries) do
  append(flight, entry[1])
  local kind, quantity = string.match(entry[3], '^([^,]*),(%d+),')
  if kind == 'order' and redis.call('HEXISTS', KEYS[5], entry[2]) == 0 then
    flying_units = flying_units + tonumber(quantity)
  end
end

-- Units are taken from `left` by what is told: this sum and `left` must make the stock at every instant.
local waits_for_row, reserved_units, held_units, awaiting_units = {}, 0, 0, 0
raw = redis.call('HGETALL', KEYS[5])
for i = 1, #raw, 2 do
  local state, quantity = string.match(raw[i + 1], '^([^,]*),(%d+),')
  quantity = tonumber(quantity)
  local unpaid = state == 'reserved' or state == 'awaiting_payment' or state == 'expiring'
  if state == 'reserved' then
    waits_for_row[#waits_for_row + 1] = { tonumber(raw[i]) }
  end
  if when_paid and unpaid then
    awaiting_units = awaiting_units + quantity
  elseif state == 'reserved' then
    reserved_units = reserved_units + quantity
  elseif unpaid or state == 'paid' then
    held_units = held_units + quantity
  end
end
table.sort(waits_for_row, by_number)
local reserved = {}
for _, entry in ipairs(waits_for_row) do
  append(reserved, entry[1])
end

return {
  1, card, settings[2], units, line, flight, reserved,
  flying_units, reserved_units, held_units, awaiting_units, away,
}
