-- What this door has answered since it counts a sale, exact over all its workers: for Prometheus (edge/metrics.lua), and
-- for the centre and the console (edge/report.lua). Reading takes the dict's lock once for its list of keys, and is done
-- as often as somebody asks or a report is due, never for a click.
local tallies = require("edge.tallies")

local counts = ngx.shared.counts

local M = {}

local function new(tally)
  local took = {}
  for at = 1, #tallies.BUCKETS_S + 1 do
    took[at] = 0
  end
  return { sale = tally.sale, since = tally.since, door = {}, gateway = {}, took = took, took_sum = 0 }
end

-- A key under a number: what it counts is put where it belongs.
local function put(sale, key, times)
  local sign, name = key:match("^%d+([:<>])(.+)$")
  if sign == ":" then
    sale.door[name] = times
  elseif sign == ">" then
    sale.gateway[name] = times
  elseif name == "sum" then
    sale.took_sum = times
  else
    sale.took[tonumber(name)] = times
  end
end

-- A list, of no sale first: { sale (text; "none"), since (ms),
--   door = { ["CALL:CODE:QUESTION"] = times }, with the codes `passed`, `waiting`, `again` besides refusals,
--   gateway = { ["CALL:CODE or STATUS"] = times },
--   took = times by bucket of tallies.BUCKETS_S (not cumulative, the last one for all above), took_sum (s) }.
-- And how many counters there are. Those of a sale that was forgotten are removed by the way.
function M.by_sale()
  local known, keys = tallies.all()
  local list, by_number, counters = {}, {}, 0
  for number, tally in pairs(known) do
    by_number[number] = new(tally)
    list[#list + 1] = by_number[number]
  end
  for _, key in ipairs(keys) do
    local number = tonumber(key:match("^(%d+)[:<>]"))
    counters = counters + (number and 1 or 0)
    if number and by_number[number] then
      put(by_number[number], key, counts:get(key))
    elseif number then
      counts:delete(key)
    end
  end
  table.sort(list, function(a, b) return (tonumber(a.sale) or 0) < (tonumber(b.sale) or 0) end)
  return list, counters
end

return M
