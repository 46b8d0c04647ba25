-- The door's own numbers, in Prometheus text form.
local demand_metrics = require("edge.demand_metrics")
local gateway_metrics = require("edge.gateway_metrics")
local refusals = require("edge.refusals")

local counts = ngx.shared.counts
local snapshot = ngx.shared.snapshot

local LIMITERS = { "buys", "polls", "admitted", "places", "challenges", "demand" }

local function head(lines, name, kind, help)
  lines[#lines + 1] = ("# HELP %s %s\n# TYPE %s %s"):format(name, help, name, kind)
end

local function line(lines, name, value)
  lines[#lines + 1] = name .. " " .. tostring(value)
end

local function age_s(key)
  local at = snapshot:get(key)
  return at and math.max(0, ngx.now() - at / 1000) or "NaN"
end

local M = {}

function M.print()
  local lines = {}
  local what = "Refusals of the door by code, polls answered waiting, and requests passed on."
  head(lines, "sluice_door_answers_total", "counter", what)
  local codes = { "passed", "waiting" }
  for code in pairs(refusals.LIST) do
    codes[#codes + 1] = code
  end
  table.sort(codes)
  for _, code in ipairs(codes) do
    line(lines, ('sluice_door_answers_total{code="%s"}'):format(code), counts:get("answers:" .. code) or 0)
  end
  head(lines, "sluice_door_snapshot_age_seconds", "gauge", "Since the last successful pull; NaN before the first.")
  line(lines, "sluice_door_snapshot_age_seconds", age_s("pulled_at"))
  head(lines, "sluice_door_snapshot_written_age_seconds", "gauge", "Since a gateway wrote the snapshot in force.")
  line(lines, "sluice_door_snapshot_written_age_seconds", age_s("written_at"))
  head(lines, "sluice_door_snapshot_pull_failures_total", "counter", "Pulls that failed.")
  line(lines, "sluice_door_snapshot_pull_failures_total", counts:get("pull_failures") or 0)
  head(lines, "sluice_door_evictions_total", "counter", "Live entries pushed out because a dict was full.")
  for _, name in ipairs(LIMITERS) do
    line(lines, ('sluice_door_evictions_total{dict="%s"}'):format(name), counts:get("evictions:" .. name) or 0)
  end
  head(lines, "sluice_door_dict_free_bytes", "gauge", "Free pages of a shared dict.")
  for _, name in ipairs(LIMITERS) do
    line(lines, ('sluice_door_dict_free_bytes{dict="%s"}'):format(name), ngx.shared[name]:free_space())
  end
  demand_metrics.write(lines, head, line)
  gateway_metrics.print(
    function(name, kind, help) head(lines, name, kind, help) end,
    function(name, value) line(lines, name, value) end
  )
  ngx.header.content_type = "text/plain; version=0.0.4"
  ngx.say(table.concat(lines, "\n"))
end

return M
