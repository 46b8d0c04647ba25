-- What the gateway's answer to a click means for the next one. Header phase, of the click and of @unavailable
-- (nginx variables outlive the jump to a named location, ngx.ctx does not).
local admitted = require("edge.admitted")
local user_limit = require("edge.user_limit")

local M = {}

function M.answered()
  local status = ngx.status
  if status == 200 or status == 202 then
    local key = ngx.var.admitted_key
    if key ~= "" then
      admitted.remember(key)
    end
  elseif status == 503 then
    local key = ngx.var.buy_key
    if key ~= "" then
      user_limit.give_back(key)
    end
  end
end

return M
