-- The numbers that ops may turn, from nginx/tunables.conf. An unknown, missing or wrong one stops the start, by name.
local requirements = require("edge.requirements")

local NAMES = {
  "buy_interval_ms",
  "polls_per_second",
  "snapshot_pull_ms",
  "snapshot_timeout_ms",
  "verified_tokens",
  "admitted_for_s",
  "line_full_retry_s",
  "paused_retry_s",
  "switched_off_retry_s",
  "admission_retry_s",
  "admission_spread_s",
  "hot_buy_interval_ms",
  "connections_per_worker",
  "gateway_requests_per_worker",
  "gateway_probe_ms",
  "gateway_probe_timeout_ms",
  "gateway_timeouts",
  "gateway_out_ms",
  "balance_bound_percent",
  "flash_group_per_second",
  "flash_group_connections",
  "verified_tickets",
  "near_tickets",
  "near_ms",
  "repeat_window_s",
  "blocked_from_score",
  "risk_strictness",
  "address_clicks_per_second",
  "clicks_per_second",
  "challenge_lead_s",
  "challenges_per_minute",
  "challenge_answers_per_minute",
  "challenge_pause_most_s",
  "challenge_forget_s",
}
-- 0 switches these off.
local MAY_BE_ZERO = { flash_group_per_second = true, flash_group_connections = true }

local M = {}

-- Called once, in init_by_lua. Takes a table of whole numbers, 1 or more; they are then fields of this module.
function M.set(values)
  local known = {}
  for _, name in ipairs(NAMES) do
    known[name] = true
    local value = values[name]
    if value == nil then
      error("nginx/tunables.conf: " .. name .. " is missing", 0)
    end
    local least = MAY_BE_ZERO[name] and 0 or 1
    if type(value) ~= "number" or value < least or value % 1 ~= 0 or value == math.huge then
      error("nginx/tunables.conf: " .. name .. " must be a whole number, " .. least .. " or more", 0)
    end
  end
  for name in pairs(values) do
    if not known[name] then
      error("nginx/tunables.conf: " .. tostring(name) .. " is not known", 0)
    end
  end
  for name, value in pairs(values) do
    M[name] = value
  end
  requirements.check()
end

return M
