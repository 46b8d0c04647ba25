-- Are more clients connected than this nginx can serve well? Beyond worker_connections nginx would leave them without an
-- answer; this says `busy` before it comes to that. Asked once a millisecond in each worker.
local tunables = require("edge.tunables")

local asked_at, crowded

local M = {}

function M.check(ctx)
  if ctx.now ~= asked_at then
    asked_at = ctx.now
    crowded = tonumber(ngx.var.connections_active) > tunables.connections_per_worker * ngx.worker.count()
  end
  if crowded then
    return "busy", 1
  end
end

return M
