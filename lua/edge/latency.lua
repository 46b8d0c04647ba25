-- How long gateways took, as a histogram; log phase of what was passed on. What the door answers by itself is not timed:
-- that would cost a refusal more than a question does, and it is microseconds.
local counts = ngx.shared.counts

local M = { BUCKETS_S = { 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5 } }

function M.passed()
  local var = ngx.var
  -- Of several gateways asked, "0.001, 0.002": the last one answered.
  local seconds = tonumber((var.upstream_response_time or ""):match("([%d.]+)$"))
  if not seconds then
    return
  end
  local bucket = "+Inf"
  for _, most in ipairs(M.BUCKETS_S) do
    if seconds <= most then
      bucket = most
      break
    end
  end
  counts:incr("took:" .. bucket, 1, 0)
  counts:incr("took_sum", seconds, 0)
  counts:incr("passed:" .. math.floor(ngx.status / 100), 1, 0)
end

return M
