-- Takes tickets in a sale's line for many buyers at once, in the order given.
-- Guarantees: the same buyer gets the same number again; a number is handed out once; the line never holds more
-- than could still win or stand by; a challenge's pass becomes one ticket.
--
-- KEYS  1 card  2 line  3 wants  4 flight  5 holder  6 fate  7 passes  8 away  9 kept  10 requests
-- ARGV  1 run, then for each click: buyer, quantity, pass, request
--       pass: free (none is asked for), missing, bad, or "expiry in s:nonce" of one that is good
--       request: which one this is, packed (contract/requests.ts), or ''
-- Output {UNLOADED}, or {LOADED, numbers left below the ceiling, then for each click: code, number, position, quantity}
--        code: see JOIN in contract/line/join.ts; number, position and quantity are 0 where they mean nothing;
--        position 0 with a number: no longer in the line
local JOINED, AGAIN, NOT_OPEN, ENDED, PAUSED, SOLD_OUT, LINE_FULL, NO_NUMBERS = 1, 2, 3, 4, 5, 6, 7, 8
local PASS_MISSING, PASS_BAD = 9, 10
-- How much longer than it is good a used pass is remembered: the gateways' clocks may differ from this one.
local PASS_MARGIN_S = 60

local card = redis.call('HMGET', KEYS[1], 'phase', 'opens', 'closes', 'left', 'flying', 'waiting', 'standby', 'next',
  'ceiling', 'ending', 'awaiting', 'run')
if card[12] ~= ARGV[1] then
  return { 0 }
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Units that wait for their payment before they are taken count like units in flight (see reserve.lua).
local left, flying, waiting = tonumber(card[4]), card[5] + card[11], tonumber(card[6])
local standby, next_number, ceiling = tonumber(card[7]), tonumber(card[8]), tonumber(card[9])
local size = redis.call('ZCARD', KEYS[2])

local refusal
if card[1] == 'closed' or now >= tonumber(card[3]) then
  refusal = ENDED
elseif card[1] ~= 'published' then
  refusal = PAUSED
elseif now < tonumber(card[2]) then
  refusal = NOT_OPEN
elseif card[10] and card[10] ~= '' then
  refusal = SOLD_OUT
end

-- What a ticket that is out of the line asked for: "kind,quantity,…" in flight, "state,quantity,…" as its fate.
local function quantity_of(number)
  local entry = redis.call('HGET', KEYS[4], number) or redis.call('HGET', KEYS[6], number)
  return entry and tonumber(string.match(entry, '^[^,]*,(%d+)')) or 1
end

-- All that is known of these buyers, in two calls.
local buyers = {}
for i = 2, #ARGV, 4 do
  buyers[#buyers + 1] = ARGV[i]
end
-- part: kept_places
-- part: requests
if redis.call('EXISTS', KEYS[9]) == 1 then
  for _, buyer in ipairs(buyers) do
    local quantity = give_back(KEYS[1], KEYS[2], KEYS[3], KEYS[8], KEYS[9], buyer)
    if quantity then
      waiting, size = waiting + quantity, size + 1
    end
  end
end
local waits = redis.call('ZMSCORE', KEYS[2], unpack(buyers))
local holds = redis.call('HMGET', KEYS[5], unpack(buyers))

local answers = { 1, 0 }
local places, wants, joined, used, requests, some_request = {}, {}, {}, {}, {}, false

-- A ticket's pass is used in the same step in which the ticket is taken: neither happens without the other.
local function judge_pass(pass)
  if pass == 'missing' then
    return PASS_MISSING
  end
  local expires, nonce = string.match(pass, '^(%d+):(.+)$')
  if not nonce or redis.call('ZSCORE', KEYS[7], nonce) then
    return PASS_BAD
  end
  used[#used + 1], used[#used + 2] = expires, nonce
end

for i, buyer in ipairs(buyers) do
  local quantity, pass = tonumber(ARGV[4 * i - 1]), ARGV[4 * i]
  local code, number, position, asked = refusal, 0, 0, 0
  if joined[buyer] then
    code, number, position, asked = AGAIN, unpack(joined[buyer])
  elseif waits[i] then
    code, number, position = AGAIN, tonumber(waits[i]), redis.call('ZRANK', KEYS[2], buyer) + 1
    asked = tonumber(redis.call('HGET', KEYS[3], waits[i]) or 1)
  elseif holds[i] then
    code, number, asked = AGAIN, tonumber(holds[i]), quantity_of(holds[i])
  elseif not code then
    if waiting + flying + quantity > left + standby then
      code = (left + flying + waiting + standby == 0) and SOLD_OUT or LINE_FULL
    elseif next_number > ceiling then
      code = NO_NUMBERS
    elseif pass ~= 'free' then
      code = judge_pass(pass)
    end
    if not code then
      size = size + 1
      code, number, position, asked = JOINED, next_number, size, quantity
      joined[buyer] = { number, position, asked }
      places[#places + 1] = number
      places[#places + 1] = buyer
      requests[#requests + 1] = ARGV[4 * i + 1]
      some_request = some_request or ARGV[4 * i + 1] ~= ''
      if quantity > 1 then
        wants[#wants + 1] = number
        wants[#wants + 1] = quantity
      end
      waiting = waiting + quantity
      next_number = next_number + 1
    end
  end
  local at = #answers
  answers[at + 1], answers[at + 2], answers[at + 3], answers[at + 4] = code, number, position, asked
end
if #places > 0 then
  redis.call('ZADD', KEYS[2], unpack(places))
  redis.call('HSET', KEYS[1], 'waiting', waiting, 'next', next_number)
end
if #wants > 0 then
  redis.call('HSET', KEYS[3], unpack(wants))
end
if some_request then
  note_requests(KEYS[10], next_number - #requests, requests, tonumber(card[3]))
end
if #used > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[7], '-inf', math.floor(now / 1000) - PASS_MARGIN_S)
  redis.call('ZADD', KEYS[7], unpack(used))
  -- Nobody joins after the closing: nothing used has to be known then.
  redis.call('PEXPIREAT', KEYS[7], tonumber(card[3]) + 1000 * PASS_MARGIN_S)
end
answers[2] = ceiling - next_number + 1
return answers
