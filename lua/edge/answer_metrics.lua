-- What was answered, for edge/metrics.lua, of each sale by itself: by how many sales live at once the series are bounded.
-- A sale that is forgotten takes its series along, so the others never fall.
local answer_counts = require("edge.answer_counts")
local refusals = require("edge.refusals")
local sorted_keys = require("edge.sorted_keys")
local tallies = require("edge.tallies")

local floor = math.floor

-- Answers of the door itself that are no refusals.
local ANSWERED = { waiting = true, again = true }

local M = {}

local function add(sums, name, times)
  sums[name] = (sums[name] or 0) + times
end

-- What a click may be told, and a poll: there from the beginning, since Prometheus sees a counter's rise only from a value
-- that it knows.
local function zeros()
  local by_code = { ["click:passed"] = 0, ["click:again"] = 0, ["poll:passed"] = 0, ["poll:waiting"] = 0 }
  for code in pairs(refusals.LIST) do
    by_code["click:" .. code] = 0
  end
  return by_code
end

local function class_of(status)
  return floor(status / 100) .. "xx"
end

-- { [call:code] }, { [question] } of refusals, { [class of status] } of what the door has said.
local function door_sums(door)
  local by_code, by_question, by_class = zeros(), {}, { ["2xx"] = 0, ["4xx"] = 0, ["5xx"] = 0 }
  for name, times in pairs(door) do
    local call, code, question = name:match("^(%l+):([%w_]+):([%w_]+)$")
    add(by_code, call .. ":" .. code, times)
    if refusals.LIST[code] then
      add(by_question, question, times)
      add(by_class, class_of(refusals.LIST[code][1]), times)
    elseif ANSWERED[code] then
      add(by_class, "2xx", times)
    end
  end
  return by_code, by_question, by_class
end

local function gateway_classes(gateway)
  local by_class = {}
  for class = 1, 5 do
    by_class[class .. "xx"] = 0
  end
  for name, times in pairs(gateway) do
    local answer = name:match(":([%w_]+)$")
    add(by_class, class_of(refusals.LIST[answer] and refusals.LIST[answer][1] or tonumber(answer)), times)
  end
  return by_class
end

-- Lines of one metric for each key of a table, by key. labels: a format of the sale and of the key's parts.
local function lines_of(line, labels, sale, values)
  for _, key in ipairs(sorted_keys(values)) do
    local first, second = key:match("^(.-):(.+)$")
    line(labels:format(sale, first or key, second), values[key])
  end
end

local function took(line, sale, counted)
  local name, total = "sluice_door_gateway_seconds", 0
  for at, most in ipairs(tallies.BUCKETS_S) do
    total = total + counted.took[at]
    line(('%s_bucket{sale="%s",le="%s"}'):format(name, sale, most), total)
  end
  total = total + counted.took[#counted.took]
  line(('%s_bucket{sale="%s",le="+Inf"}'):format(name, sale), total)
  line(('%s_sum{sale="%s"}'):format(name, sale), counted.took_sum)
  line(('%s_count{sale="%s"}'):format(name, sale), total)
end

-- head(lines, name, kind, help) and line(lines, name, value) write.
function M.write(lines, head, line)
  local function one(name, value)
    line(lines, name, value)
  end
  local sales, counters = answer_counts.by_sale()
  head(lines, "sluice_door_counters", "gauge", "Counters of answers in shared memory.")
  line(lines, "sluice_door_counters", counters)
  head(lines, "sluice_door_answers_total", "counter",
    "Refusals of the door by code, polls answered waiting, clicks again, and calls passed on.")
  for _, counted in ipairs(sales) do
    local by_code, by_question, by_class = door_sums(counted.door)
    counted.by_question, counted.by_class = by_question, by_class
    lines_of(one, 'sluice_door_answers_total{sale="%s",call="%s",code="%s"}', counted.sale, by_code)
  end
  head(lines, "sluice_door_refused_by_total", "counter", "Refusals by the question of the funnel that refused.")
  for _, counted in ipairs(sales) do
    lines_of(one, 'sluice_door_refused_by_total{sale="%s",question="%s"}', counted.sale, counted.by_question)
  end
  head(lines, "sluice_door_status_total", "counter", "Answers to the funnel's calls, by class of status and who said them.")
  for _, counted in ipairs(sales) do
    lines_of(one, 'sluice_door_status_total{sale="%s",by="door",class="%s"}', counted.sale, counted.by_class)
    lines_of(one, 'sluice_door_status_total{sale="%s",by="gateway",class="%s"}', counted.sale,
      gateway_classes(counted.gateway))
  end
  head(lines, "sluice_door_gateway_answers_total", "counter",
    "What gateways answered: the code of a refusal, else the status.")
  for _, counted in ipairs(sales) do
    lines_of(one, 'sluice_door_gateway_answers_total{sale="%s",call="%s",answer="%s"}', counted.sale, counted.gateway)
  end
  head(lines, "sluice_door_gateway_seconds", "histogram", "What gateways took for what was passed on to them.")
  for _, counted in ipairs(sales) do
    took(one, counted.sale, counted)
  end
end

return M
