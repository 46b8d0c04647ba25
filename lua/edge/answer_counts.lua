-- What this door has answered since its shared memory began, exact over all its workers: for Prometheus (edge/metrics.lua)
-- and for the centre (edge/report.lua). Reading takes the dict's lock once for its list of keys, and is done as often as
-- somebody asks or a report is due, never for a click.
local latency = require("edge.latency")
local refusals = require("edge.refusals")

local counts = ngx.shared.counts

-- Answers of the door itself that are no refusals.
local ANSWERED = { "waiting", "again" }

local M = {}

local function count(key)
  return counts:get(key) or 0
end

-- { [code] = times }, with `passed` for what went on to a gateway; { [question] = refusals }; and the
-- door's own answers by { [class] = times }.
function M.answers()
  local by_code = { passed = count("answers:passed") }
  local by_question, by_class = {}, { ["2xx"] = 0, ["4xx"] = 0, ["5xx"] = 0 }
  for _, code in ipairs(ANSWERED) do
    by_code[code] = count("answers:" .. code)
    by_class["2xx"] = by_class["2xx"] + by_code[code]
  end
  for code in pairs(refusals.LIST) do
    by_code[code] = 0
  end
  for _, key in ipairs(counts:get_keys(0)) do
    local code, question = key:match("^refused:([%w_]+):([%w_]+)$")
    if code then
      local times, class = count(key), math.floor(refusals.LIST[code][1] / 100) .. "xx"
      by_code[code] = by_code[code] + times
      by_question[question] = (by_question[question] or 0) + times
      by_class[class] = by_class[class] + times
    end
  end
  return by_code, by_question, by_class
end

-- Calls that gateways answered, by what they took: a count for each of latency.BUCKETS_S (not cumulative), the last one
-- for all that took longer.
function M.took()
  local list = {}
  for i, most in ipairs(latency.BUCKETS_S) do
    list[i] = count("took:" .. most)
  end
  list[#list + 1] = count("took:+Inf")
  return list
end

-- When these counts began at 0, ms: whoever compares two readings sees by it that the door began anew in between.
function M.began()
  counts:add("began", ngx.now() * 1000)
  return counts:get("began")
end

return M
