-- Is it this buyer's own ticket, signed and not expired? Puts it into ctx.ticket. A foreign one is as unknown as a
-- forged one.
local ticket = require("edge.ticket")

local M = {}

function M.check(ctx)
  local own = ticket.read(ngx.var.ticket, ctx.now / 1000)
  if not own or own.buyer ~= ctx.user then
    return "unknown_ticket"
  end
  ctx.ticket = own
  ngx.var.place = own.place
end

return M
