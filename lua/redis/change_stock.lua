-- Brings the card of a sale to the stock that MySQL has, while its units are being taken and given back.
-- Guarantees: what `left` moves by is the difference to the stock of the card itself, so telling the same stock again
-- (after a lost reply, by reconciliation) changes nothing; with 'guarded' no unit is taken that is held, reserved or on
-- its way to be. Called under the lock of the sale's row, so that an older stock never comes after a newer one.
--
-- KEYS  1 card
-- ARGV  1 run  2 epoch  3 stock  4 units paid  5 'guarded' or ''
-- Output {UNLOADED}, or {LOADED, code, stock of the card before, units that may be taken away}
--        code: STOCK in contract/stock/tell-stock.ts
local CHANGED, SAME, STALE, TAKEN = 1, 2, 3, 4

local card = redis.call('HMGET', KEYS[1], 'epoch', 'stock', 'left', 'flying', 'awaiting', 'ending', 'run')
if card[7] ~= ARGV[1] then
  return { 0 }
end
local stock, left = tonumber(card[2]), tonumber(card[3])
-- Units that await their payment before they are taken are promised as well (see reserve.lua).
local free = math.max(left - tonumber(card[4]) - tonumber(card[5]), 0)
if card[1] ~= ARGV[2] then
  return { 1, STALE, stock, free }
end
local wanted = tonumber(ARGV[3])
if ARGV[5] == 'guarded' and stock - wanted > free then
  return { 1, TAKEN, stock, free }
end
-- Units that came on top of a sale all paid open it again; where the last unpaid ones went, nothing can come back.
local ending = tonumber(ARGV[4]) >= wanted and 'sold_out' or ''
if wanted == stock and ending == (card[6] or '') then
  return { 1, SAME, stock, free }
end
redis.call('HSET', KEYS[1], 'stock', wanted, 'left', left + wanted - stock, 'ending', ending)
return { 1, CHANGED, stock, free }
