-- Is it a sale of the snapshot? Puts its card into ctx.
local snapshot = require("edge.snapshot")

local M = {}

function M.check(ctx)
  local current = snapshot.current()
  if not current then
    return "unavailable"
  end
  local card = current.cards[ctx.sale]
  if not card then
    return "unknown_sale"
  end
  ctx.card = card
end

return M
