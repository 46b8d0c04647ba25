-- So many signed calls (tickets, orders) a second for each verified buyer, counted from the first of them.
local tunables = require("edge.tunables")

local polls = ngx.shared.polls
local counts = ngx.shared.counts

local M = {}

function M.check(ctx)
  local count, _, forcible = polls:incr(ctx.user, 1, 0, 1)
  if forcible then
    counts:incr("evictions:polls", 1, 0)
  end
  if not count then
    return "busy"
  end
  if count > tunables.polls_per_second then
    return "too_many_requests", 1
  end
end

return M
