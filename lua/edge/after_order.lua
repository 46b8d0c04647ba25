-- What a gateway's answer about one order means for later clicks, header phase.
local held = require("edge.held")

local M = {}

function M.answered()
  local var = ngx.var
  local state = var.upstream_http_x_ticket_state
  if state then
    held.told(var.order:match("^%d+"), var.user_id, state)
  end
end

return M
