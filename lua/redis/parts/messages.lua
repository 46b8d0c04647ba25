-- What leaves the line goes to RabbitMQ in messages, each under a lease until the broker has confirmed it. tickets:
-- { number, buyer, quantity }. Needs the part requests; turn: see there.

local function push(answer, value)
  answer[#answer + 1] = value
end

local function lend(turn, lease, kind, tickets)
  redis.call('ZADD', turn.keys.lease, turn.now + turn.limits.lease_ms, lease)
  local numbers = {}
  for i, ticket in ipairs(tickets) do
    numbers[i] = ticket[1]
  end
  local answer, requests = turn.answer, read_requests(turn.keys.requests, numbers)
  push(answer, lease)
  push(answer, kind)
  push(answer, #tickets)
  for i, ticket in ipairs(tickets) do
    push(answer, tonumber(ticket[1]))
    push(answer, ticket[2])
    push(answer, ticket[3])
    push(answer, requests[i])
  end
end

-- Into messages of at most so many tickets, each under a lease that names its numbers.
local function send(turn, kind, tickets)
  for first = 1, #tickets, turn.limits.message_tickets do
    local message, numbers = {}, {}
    for i = first, math.min(first + turn.limits.message_tickets - 1, #tickets) do
      message[#message + 1] = tickets[i]
      numbers[#numbers + 1] = tickets[i][1]
    end
    lend(turn, turn.card.epoch .. ':' .. table.concat(numbers, ','), kind, message)
  end
end

local OVERDUE_A_CALL = 200

-- Batches that no gateway got confirmed in time: the same tickets go out again, those of them that still fly.
local function send_overdue(turn)
  local overdue = redis.call('ZRANGE', turn.keys.lease, '-inf', turn.now, 'BYSCORE', 'LIMIT', 0, OVERDUE_A_CALL)
  if #overdue == OVERDUE_A_CALL then
    say_more(turn)
  end
  for _, lease in ipairs(overdue) do
    local numbers = {}
    for number in string.gmatch(string.match(lease, ':(.*)$'), '%d+') do
      numbers[#numbers + 1] = number
    end
    local tickets, kind = {}, nil
    for i, entry in ipairs(redis.call('HMGET', turn.keys.flight, unpack(numbers))) do
      if entry then
        local flown_as, quantity, buyer = string.match(entry, '^([^,]*),(%d+),(.*)$')
        kind = flown_as == 'refused' and 'order' or flown_as
        tickets[#tickets + 1] = { numbers[i], buyer, tonumber(quantity) }
      end
    end
    if kind then
      lend(turn, lease, kind, tickets)
    else
      redis.call('ZREM', turn.keys.lease, lease)
    end
  end
end
