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

-- part: turn
-- part: requests
-- part: messages
-- part: kept_places
-- part: late_places
-- part: absence
-- part: rate
-- part: head_of_line
-- part: flights

local keys = {
  card = KEYS[1], line = KEYS[2], wants = KEYS[3], flight = KEYS[4], lease = KEYS[5], holder = KEYS[6],
  away = KEYS[7], kept = KEYS[8], seen = KEYS[9], called = KEYS[10], requests = KEYS[11],
}
local limits = {
  lease_ms = tonumber(ARGV[2]), window = tonumber(ARGV[3]), message_tickets = tonumber(ARGV[4]),
  absent_ms = tonumber(ARGV[5]), longest_ms = 1.1 * ARGV[6], grace_ms = tonumber(ARGV[7]),
}
local turn = begin_turn(keys, ARGV[1], limits)
if not turn then
  return { 0 }
end
local card = turn.card

send_overdue(turn)
local over = why_over(turn)
send_late(turn, over)
if card.waiting == 0 then
  return turn.answer
end

local free = card.left + card.over - card.flying - card.awaiting
local called = { up_to = 0, since = 0 }
if not over and card.phase == 'published' then
  -- Also while no unit is free: who stands at the head shows that he is there before one comes back.
  called = call_head(turn, free)
end
local go = may_go(turn, free, over)
if not go then
  return turn.answer
end
local taken, passed, units = take_head(turn, go, called)
keep_places(turn, passed)
if #taken == 0 then
  return turn.answer
end

put_in_flight(turn, go.kind, taken)
local waiting = card.waiting - units
-- A ticket that came back to the head does not take it back: the door tells whoever is above that he still waits.
-- Whoever was passed over is below it too, since somebody behind took what he could have had: his polls reach a gateway.
local served = math.max(card.served, tonumber(taken[#taken][1]))
if go.kind == 'order' then
  local hungry = (waiting > 0 and free > units) and 1 or 0
  redis.call('HSET', keys.card, 'waiting', waiting, 'served', served, 'flying', card.flying + units, 'due', go.due,
    'hungry', hungry)
else
  redis.call('HSET', keys.card, 'waiting', waiting, 'served', served)
end
send(turn, go.kind, taken)
if waiting > 0 and #taken == go.tickets and (go.kind ~= 'order' or card.every == 0) then
  say_more(turn)
end
return turn.answer
