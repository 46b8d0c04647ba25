-- The token of a request, unverified: from Authorization, else from the cookie. (Two Authorization headers never get
-- here: nginx refuses them with 400.)
local M = {}

-- The token, or nil. It stays in ctx.token.
function M.of(ctx)
  if not ctx.token then
    local authorization = ngx.var.http_authorization
    if authorization then
      ctx.token = authorization:match("^[Bb][Ee][Aa][Rr][Ee][Rr] +([^ ]+)$")
    else
      ctx.token = ngx.var.cookie_flash_token
    end
  end
  return ctx.token
end

return M
