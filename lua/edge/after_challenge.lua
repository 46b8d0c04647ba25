-- What the gateway's answer to a challenge's answer means for the next one. Header phase.
local challenge_limit = require("edge.challenge_limit")

local M = {}

function M.answered()
  local user = ngx.var.user_id
  if user == "" or ngx.req.get_method() ~= "POST" then
    return
  end
  if ngx.status == 403 then
    challenge_limit.wrong(user)
  elseif ngx.status == 200 then
    challenge_limit.right(user)
  end
end

return M
