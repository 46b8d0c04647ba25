-- Where answers are counted: a tally for each sale of the snapshot, and one for all that is of no such sale. Every count
-- is one increment of the shared dict, made at once: exact over all workers, and neither a worker's death nor a reload
-- loses one. The keys are texts that each worker makes once for each snapshot.
--
-- A tally has a number of its own that is never given twice, and its counts stand under the number, not under the sale:
-- what may still come under a number that was forgotten is nobody else's. So memory is bounded: so many sales at once, each
-- for a while after its end.
local sale_state = require("edge.sale_state")

local counts = ngx.shared.counts
local floor = math.floor

local MOST_SALES = 64
local KEPT_S = 600
-- Of the calls that gateways answered, by what they took; the last bucket is for all that took longer.
local BUCKETS_S = { 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5 }
-- For each millisecond, and nginx tells no less; a loop over the buckets would keep the log phase out of LuaJIT's compiler.
local BUCKET_OF_MS = {}
for i, most in ipairs(BUCKETS_S) do
  for ms = BUCKETS_S[i - 1] and BUCKETS_S[i - 1] * 1000 + 1 or 0, most * 1000 do
    BUCKET_OF_MS[ms] = i
  end
end
local REGISTERED = "tally:"
local NONE = "none"

local M = { BUCKETS_S = BUCKETS_S }

local function new(number)
  return { number = number, door = {}, gateway = {}, took = {}, took_sum = number .. "<sum" }
end

local none = new(0)

-- When these counts began at 0, ms: whoever compares two readings sees by it that the door began anew in between.
function M.began()
  counts:add("began", ngx.now() * 1000)
  return counts:get("began")
end

-- The number of a sale's tally, and since when it is counted, ms; nil where it is not counted by itself.
local function read(sale)
  local number, since = (counts:get(REGISTERED .. sale) or ""):match("^(%d+) (%d+)$")
  return tonumber(number), tonumber(since)
end

-- Of the snapshot's card of a sale, or of nil.
local function tally_of(card)
  local tally = card and card.tally
  if card and not tally then
    local number = read(card.id)
    tally = number and new(number)
    card.tally = tally
  end
  return tally or none
end

local function inner(list, name)
  local found = list[name]
  if not found then
    found = {}
    list[name] = found
  end
  return found
end

-- The door has answered a call ("click", "poll", ...) or passed it on: code, and the question that decided it.
function M.said(card, call, code, question)
  local tally = tally_of(card)
  local keys = inner(inner(tally.door, call), code)
  local key = keys[question]
  if not key then
    key = tally.number .. ":" .. call .. ":" .. code .. ":" .. question
    keys[question] = key
  end
  counts:incr(key, 1, 0)
end

-- A gateway has answered a call in so many seconds. answer: a code of edge/refusals.lua, or else the status.
function M.answered(card, call, answer, seconds)
  local tally = tally_of(card)
  local keys = inner(tally.gateway, call)
  local key = keys[answer]
  if not key then
    key = tally.number .. ">" .. call .. ":" .. answer
    keys[answer] = key
  end
  local at = BUCKET_OF_MS[floor(seconds * 1000 + 0.5)] or #BUCKETS_S + 1
  local bucket = tally.took[at]
  if not bucket then
    bucket = tally.number .. "<" .. at
    tally.took[at] = bucket
  end
  counts:incr(key, 1, 0)
  counts:incr(bucket, 1, 0)
  counts:incr(tally.took_sum, seconds, 0)
end

-- How many sales have a tally now.
local function registered()
  local some = 0
  for _, key in ipairs(counts:get_keys(0)) do
    if key:sub(1, #REGISTERED) == REGISTERED then
      some = some + 1
    end
  end
  return some
end

-- By whoever pulls the snapshot, before others see it and at every turn: each sale that is not over gets a tally, or keeps
-- its own for another while. now: ms.
function M.follow(cards, now)
  local some
  for _, card in ipairs(cards) do
    if sale_state.of(card, now) ~= "ended" and not counts:expire(REGISTERED .. card.id, KEPT_S) then
      some = (some or registered()) + 1
      if some <= MOST_SALES then
        -- Of two workers at once one gives the number; the other's is used by nobody.
        counts:add(REGISTERED .. card.id, ("%d %d"):format(counts:incr("tallies", 1, 0), now), KEPT_S)
      elseif counts:add("tallies_full", true, KEPT_S) then
        ngx.log(ngx.WARN, "more than ", MOST_SALES, " sales at once: sale ", card.id, " is counted as none")
      end
    end
  end
end

-- By number: { sale, since (ms) }, and all keys of the dict. One list, made at one instant.
function M.all()
  local keys, tallies = counts:get_keys(0), { [0] = { sale = NONE, since = M.began() } }
  for _, key in ipairs(keys) do
    local sale = key:match("^tally:(%d+)$")
    local number, since = read(sale or "")
    if number then
      tallies[number] = { sale = sale, since = since }
    end
  end
  return tallies, keys
end

return M
