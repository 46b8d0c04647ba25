-- The door's own numbers, in Prometheus text form, exact over all workers: every count is one of the shared dict, made at
-- once, so that a worker that dies takes none with it.
local answer_metrics = require("edge.answer_metrics")
local certificate = require("edge.certificate")
local demand_metrics = require("edge.demand_metrics")
local gateway_metrics = require("edge.gateway_metrics")
local live_settings = require("edge.live_settings")
local requirements = require("edge.requirements")
local sorted_keys = require("edge.sorted_keys")

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
  for _, key in ipairs(sorted_keys(values)) do
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
  answer_metrics.write(lines, head, line)
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
