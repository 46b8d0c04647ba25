-- How long gateways took, as a histogram; log phase of what was passed on. What the door answers by itself is not timed:
-- that would cost a refusal more than a question does, and it is microseconds.
local counts = ngx.shared.counts

local floor = math.floor

local BUCKETS_S = { 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5 }
-- Made once: a click makes no text of its own here.
local BUCKET_KEYS, PASSED_KEYS = {}, {}
for i, most in ipairs(BUCKETS_S) do
  BUCKET_KEYS[i] = "took:" .. most
end
BUCKET_KEYS[#BUCKETS_S + 1] = "took:+Inf"
for class = 0, 9 do
  PASSED_KEYS[class] = "passed:" .. class
end

local M = { BUCKETS_S = BUCKETS_S }

function M.passed()
  local text = ngx.var.upstream_response_time or ""
  -- Of several gateways asked, "0.001, 0.002": the last one answered.
  local seconds = tonumber(text) or tonumber(text:match("([%d.]+)$"))
  if not seconds then
    return
  end
  local at = 1
  while at <= #BUCKETS_S and seconds > BUCKETS_S[at] do
    at = at + 1
  end
  counts:incr(BUCKET_KEYS[at], 1, 0)
  counts:incr("took_sum", seconds, 0)
  counts:incr(PASSED_KEYS[floor(ngx.status / 100)], 1, 0)
end

return M
