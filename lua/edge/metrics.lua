-- The door's own numbers, in Prometheus text form, exact over all workers: every count is one of the shared dict, made at
-- once, so that a worker that dies takes none with it.
local answer_counts = require("edge.answer_counts")
local certificate = require("edge.certificate")
local latency = require("edge.latency")
local demand_metrics = require("edge.demand_metrics")
local gateway_metrics = require("edge.gateway_metrics")
local live_settings = require("edge.live_settings")
local requirements = require("edge.requirements")

local counts = ngx.shared.counts
local snapshot = ngx.shared.snapshot

local function head(lines, name, kind, help)
  lines[#lines + 1] = ("# HELP %s %s\n# TYPE %s %s"):format(name, help, name, kind)
end

local function line(lines, name, value)
  lines[#lines + 1] = name .. " " .. tostring(value)
end

-- Lines for each key of a table, by key.
local function lines_of(lines, name, label, values)
  local keys = {}
  for key in pairs(values) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    line(lines, ('%s{%s="%s"}'):format(name, label, key), values[key])
  end
end

local function count(key)
  return counts:get(key) or 0
end

local function age_s(key)
  local at = snapshot:get(key)
  return at and math.max(0, ngx.now() - at / 1000) or "NaN"
end

-- What was answered, by code, by the question that refused, and by who answered with which class of status.
local function answers(lines)
  local by_code, by_question, door = answer_counts.answers()
  local what = "Refusals of the door by code, polls answered waiting, clicks again, and requests passed on."
  head(lines, "sluice_door_answers_total", "counter", what)
  lines_of(lines, "sluice_door_answers_total", "code", by_code)
  head(lines, "sluice_door_refused_by_total", "counter", "Refusals by the question of the funnel that refused.")
  lines_of(lines, "sluice_door_refused_by_total", "question", by_question)
  head(lines, "sluice_door_status_total", "counter", "Answers to the funnel's calls, by class of status and who said them.")
  lines_of(lines, "sluice_door_status_total", 'by="door",class', door)
  for class = 1, 5 do
    line(lines, ('sluice_door_status_total{by="gateway",class="%dxx"}'):format(class), count("passed:" .. class))
  end
end

local function latencies(lines)
  local name = "sluice_door_gateway_seconds"
  head(lines, name, "histogram", "What gateways took for what was passed on to them.")
  local total, took = 0, answer_counts.took()
  for i, most in ipairs(latency.BUCKETS_S) do
    total = total + took[i]
    line(lines, ('%s_bucket{le="%s"}'):format(name, most), total)
  end
  total = total + took[#took]
  line(lines, name .. '_bucket{le="+Inf"}', total)
  line(lines, name .. "_sum", count("took_sum"))
  line(lines, name .. "_count", total)
end

local function snapshots(lines)
  head(lines, "sluice_door_snapshot_age_seconds", "gauge", "Since the last successful pull; NaN before the first.")
  line(lines, "sluice_door_snapshot_age_seconds", age_s("pulled_at"))
  head(lines, "sluice_door_snapshot_written_age_seconds", "gauge", "Since a gateway wrote the snapshot in force.")
  line(lines, "sluice_door_snapshot_written_age_seconds", age_s("written_at"))
  head(lines, "sluice_door_snapshot_pull_failures_total", "counter", "Pulls that failed.")
  line(lines, "sluice_door_snapshot_pull_failures_total", count("pull_failures"))
end

local function dicts(lines)
  local evictions, free, capacity = {}, {}, {}
  for _, name in ipairs(requirements.DICTS) do
    evictions[name] = count("evictions:" .. name)
    free[name] = ngx.shared[name]:free_space()
    capacity[name] = ngx.shared[name]:capacity()
  end
  head(lines, "sluice_door_evictions_total", "counter", "Live entries pushed out because a dict was full.")
  lines_of(lines, "sluice_door_evictions_total", "dict", evictions)
  head(lines, "sluice_door_dict_free_bytes", "gauge", "Free pages of a shared dict.")
  lines_of(lines, "sluice_door_dict_free_bytes", "dict", free)
  head(lines, "sluice_door_dict_capacity_bytes", "gauge", "Size of a shared dict.")
  lines_of(lines, "sluice_door_dict_capacity_bytes", "dict", capacity)
end

local function certificates(lines)
  local at = certificate.ends_at(ngx.var.tls_cert)
  head(lines, "sluice_door_certificate_end_timestamp_seconds", "gauge", "When the certificate of the flash domain ends.")
  if at then
    line(lines, "sluice_door_certificate_end_timestamp_seconds", at)
  end
end

local M = {}

function M.print()
  local lines = {}
  answers(lines)
  latencies(lines)
  snapshots(lines)
  dicts(lines)
  certificates(lines)
  demand_metrics.write(lines, head, line)
  live_settings.write(lines, head, line)
  gateway_metrics.print(
    function(name, kind, help) head(lines, name, kind, help) end,
    function(name, value) line(lines, name, value) end
  )
  ngx.header.content_type = "text/plain; version=0.0.4"
  ngx.say(table.concat(lines, "\n"))
end

return M
