-- Is this buyer on the block list? Its scores go from 1 to 100: from blocked_from_score on the answer is `blocked`, below
-- it the buyer's limits are tighter (see ctx.strictness). Asked for clicks alone: whoever holds a ticket or an order may
-- still read it, pay it and leave.
local tunables = require("edge.tunables")

local blocks = ngx.shared.blocks

local M = {}

function M.check(ctx)
  local score = blocks:get(ctx.user)
  if score then
    if score >= tunables.blocked_from_score then
      return "blocked"
    end
    ctx.strictness = tunables.risk_strictness
  end
end

return M
