-- Which request made a ticket, for people who follow one buyer: a hash of 32 tickets a field, each of 22 characters (the
-- ID in base64url), spaces where it is not known. So a ticket costs 25 bytes; an entry of its own would take three times
-- as much.
local REQUEST_WIDTH, REQUESTS_A_FIELD = 22, 32
-- What nobody asks for any more goes with the sale: so long after its closing.
local REQUESTS_KEPT_MS = 3600000

-- Notes the requests ('' where unknown) of tickets whose numbers follow each other from `first` on, above all noted ones.
local function note_requests(key, first, requests, closes)
  local at = 1
  while at <= #requests do
    local number = first + at - 1
    local slot = number % REQUESTS_A_FIELD
    local field = (number - slot) / REQUESTS_A_FIELD
    local last = math.min(#requests, at + REQUESTS_A_FIELD - slot - 1)
    local text = { slot > 0 and redis.call('HGET', key, field) or '' }
    text[1] = text[1] .. string.rep(' ', slot * REQUEST_WIDTH - #text[1])
    for i = at, last do
      text[#text + 1] = requests[i] == '' and string.rep(' ', REQUEST_WIDTH) or requests[i]
    end
    if redis.call('HSET', key, field, table.concat(text)) == 1 then
      redis.call('PEXPIREAT', key, closes + REQUESTS_KEPT_MS)
    end
    at = last + 1
  end
end

-- The requests of these numbers, '' where unknown.
local function read_requests(key, numbers)
  local fields, index = {}, {}
  for _, number in ipairs(numbers) do
    local field = math.floor(number / REQUESTS_A_FIELD)
    if not index[field] then
      fields[#fields + 1] = field
      index[field] = #fields
    end
  end
  local texts, requests = redis.call('HMGET', key, unpack(fields)), {}
  for i, number in ipairs(numbers) do
    local text = texts[index[math.floor(number / REQUESTS_A_FIELD)]] or ''
    local from = number % REQUESTS_A_FIELD * REQUEST_WIDTH
    requests[i] = string.match(string.sub(text, from + 1, from + REQUEST_WIDTH), '^%S+$') or ''
  end
  return requests
end
