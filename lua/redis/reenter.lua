-- Takes back a ticket that Redis forgot: into the line at its number, or, where that is not possible any more, into
-- flight with the reason, so that it gets its row in MySQL.
-- Guarantee: only a number that may have been handed out; one place a buyer, the earlier one.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 lease  6 holder  7 fate  8 gone  9 away  10 kept
-- ARGV  1 run  2 number  3 buyer  4 quantity
-- Output {UNLOADED}, or {LOADED}
local card = redis.call('HMGET', KEYS[1], 'next', 'phase', 'closes', 'waiting', 'epoch', 'ending', 'run')
if card[7] ~= ARGV[1] then
  return { 0 }
end
local number, buyer, quantity = ARGV[2], ARGV[3], tonumber(ARGV[4])
if tonumber(number) >= tonumber(card[1]) or redis.call('HEXISTS', KEYS[4], number) == 1
    or redis.call('HEXISTS', KEYS[7], number) == 1 then
  return { 1 }
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- part: kept_places
local waiting = tonumber(card[4])
waiting = waiting + (give_back(KEYS[1], KEYS[2], KEYS[3], KEYS[9], KEYS[10], buyer) or 0)

local function fly(ticket, kind, units)
  redis.call('HSET', KEYS[4], ticket, kind .. ',' .. units .. ',' .. buyer)
  redis.call('ZADD', KEYS[5], now, card[5] .. ':' .. ticket)
end

local waits = redis.call('ZSCORE', KEYS[2], buyer)
if waits == number then
  return { 1 }
end
if card[2] == 'closed' or now >= tonumber(card[3]) then
  fly(number, 'closed', quantity)
elseif card[6] ~= '' then
  fly(number, card[6], quantity)
elseif redis.call('HEXISTS', KEYS[6], buyer) == 1 or (waits and tonumber(waits) < tonumber(number)) then
  fly(number, 'duplicate', quantity)
else
  if waits then
    local wanted = tonumber(redis.call('HGET', KEYS[3], waits) or 1)
    redis.call('HDEL', KEYS[3], waits)
    waiting = waiting - wanted
    fly(waits, 'duplicate', wanted)
    redis.call('SETBIT', KEYS[8], tonumber(waits) % 131072, 1)
  end
  redis.call('ZADD', KEYS[2], number, buyer)
  if quantity > 1 then
    redis.call('HSET', KEYS[3], number, quantity)
  end
  redis.call('HSET', KEYS[1], 'waiting', waiting + quantity)
end
return { 1 }
