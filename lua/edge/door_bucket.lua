-- So many clicks a second in all may go from this nginx to gateways: the last question, a bound whatever the others let
-- through. The bucket is filled anew every tenth of a second: with one atomic count for each, exact over all workers,
-- where a bucket that drips would need a lock.
local tunables = require("edge.tunables")
local user_limit = require("edge.user_limit")

local dict = ngx.shared.counts
local floor = math.floor

local WINDOW_MS = 100

local M = {}

function M.check(ctx)
  local window = floor(ctx.now / WINDOW_MS)
  -- Two keys in turn, so that nothing piles up; what is left of the one before the last is gone by then.
  local count = dict:incr("bucket:" .. window % 2, 1, 0, WINDOW_MS / 1000)
  if count and count > tunables.clicks_per_second * WINDOW_MS / 1000 then
    user_limit.give_back(ctx)
    return "busy", 1
  end
end

return M
