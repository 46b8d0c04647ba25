-- What the gateway's answer to a click means for the next one. Header phase of /-/click and @click_unavailable
-- (nginx variables outlive the jump to a named location, ngx.ctx does not): only what passed the funnel gets there.
local admitted = require("edge.admitted")
local held = require("edge.held")
local user_limit = require("edge.user_limit")

local M = {}

function M.answered()
  local status = ngx.status
  if status ~= 200 and status ~= 202 and status ~= 503 then
    return
  end
  local ctx = { sale = ngx.var.sale, user = ngx.var.user_id }
  if status == 503 then
    user_limit.give_back(ctx)
  else
    admitted.remember(ctx)
    local place = ngx.var.upstream_http_x_place
    if place then
      held.remember(ctx.sale, ctx.user, place)
    end
  end
end

return M
