-- Is the sale running now: not ended, not paused, opened?
local sale_state = require("edge.sale_state")
local tunables = require("edge.tunables")

local M = {}

function M.check(ctx)
  local state = sale_state.of(ctx.card, ctx.now)
  if state == "ended" then
    return "ended"
  end
  if state == "paused" then
    return "paused", tunables.paused_retry_s
  end
  if state == "upcoming" then
    return "not_open", nil, ('"opensAt":%d'):format(ctx.card.opensAt)
  end
end

return M
