-- The token of a request, unverified: from Authorization, else from the cookie. (Two Authorization headers never get
-- here: nginx refuses them with 400.)
local byte, find, lower, sub = string.byte, string.find, string.lower, string.sub

local SPACE = 32

-- What follows "Bearer" and its spaces, or nil. Without patterns, which LuaJIT does not compile.
local function bearer(authorization)
  if lower(sub(authorization, 1, 7)) ~= "bearer " then
    return nil
  end
  local at = 8
  while byte(authorization, at) == SPACE do
    at = at + 1
  end
  if at > #authorization or find(authorization, " ", at, true) then
    return nil
  end
  return sub(authorization, at)
end

local M = {}

-- The header Authorization, or nil. It stays in ctx.authorization.
function M.authorization(ctx)
  local text = ctx.authorization
  if not text then
    text = ngx.var.http_authorization
    ctx.authorization = text
  end
  return text
end

-- The token, or nil. It stays in ctx.token.
function M.of(ctx)
  local text = ctx.token
  if not text then
    local authorization = M.authorization(ctx)
    if authorization then
      text = bearer(authorization)
    else
      text = ngx.var.cookie_flash_token
    end
    ctx.token = text
  end
  return text
end

return M
