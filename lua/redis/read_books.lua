-- Reads what a sale's keys say about its tickets and units, at one instant, for the audit. Changes nothing (it is
-- called by EVAL_RO). Numbers come back as ranges, so a line of a million is a short answer.
-- Takes about 0.6 s of Redis for a line of a million, and nothing noticeable for a few thousand.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 fate
-- Output {0}, or {1, {epoch, stock, left, waiting, flying, next, ceiling}, units the line wants, line, flight, reserved,
--        units of orders in flight and not reserved, units reserved in flight}
--        line, flight, reserved: {first number, last number, first number, …}; reserved is the part of flight that
--        has taken its units and awaits its row
local card = redis.call('HMGET', KEYS[1], 'epoch', 'stock', 'left', 'waiting', 'flying', 'next', 'ceiling')
if not card[1] then
  return { 0 }
end

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

local entries = {}
local raw = redis.call('HGETALL', KEYS[4])
for i = 1, #raw, 2 do
  entries[#entries + 1] = { tonumber(raw[i]), raw[i], raw[i + 1] }
end
table.sort(entries, function(a, b)
  return a[1] < b[1]
end)
local flight, reserved, flying_units, reserved_units = {}, {}, 0, 0
for _, entry in ipairs(entries) do
  append(flight, entry[1])
  local kind, quantity = string.match(entry[3], '^([^,]*),(%d+),')
  local fate = redis.call('HGET', KEYS[5], entry[2])
  if fate and string.sub(fate, 1, 9) == 'reserved,' then
    append(reserved, entry[1])
    reserved_units = reserved_units + tonumber(string.match(fate, '^reserved,(%d+)'))
  elseif not fate and kind == 'order' then
    flying_units = flying_units + tonumber(quantity)
  end
end

return { 1, card, units, line, flight, reserved, flying_units, reserved_units }
