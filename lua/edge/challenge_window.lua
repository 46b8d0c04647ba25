-- May the sale's challenge be asked for: not ended, not paused, and opened, or to be opened within challenge_lead_s?
local sale_state = require("edge.sale_state")
local tunables = require("edge.tunables")

local M = {}

function M.check(ctx)
  local card = ctx.card
  local state = sale_state.of(card, ctx.now)
  if state == "ended" then
    return "ended"
  end
  if state == "paused" then
    return "paused", tunables.paused_retry_s
  end
  local from = card.opensAt - tunables.challenge_lead_s * 1000
  if ctx.now < from then
    return "not_open", nil, ('"opensAt":%d,"challengeFrom":%d'):format(card.opensAt, from)
  end
end

return M
