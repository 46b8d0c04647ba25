-- May a new buyer still get a place? Whoever already has one goes on, to be given the same ticket again.
local admitted = require("edge.admitted")
local tunables = require("edge.tunables")

local M = {}

function M.check(ctx)
  local card = ctx.card
  if (card.soldOut or card.lineFull) and not admitted.has(ctx) then
    if card.soldOut then
      return "sold_out"
    end
    return "line_full", tunables.line_full_retry_s
  end
end

return M
