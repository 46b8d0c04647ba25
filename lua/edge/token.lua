-- The token of a request, unverified: from Authorization, else from the cookie.
local M = {}

-- Keeps it in ctx.token. Answers the token, or nil and the refusal's code.
function M.of(ctx)
  if ctx.token then
    return ctx.token
  end
  local authorization = ngx.var.http_authorization
  if authorization then
    -- Two Authorization headers could mean one thing here and another behind; more than 100 headers would hide it.
    local headers, err = ngx.req.get_headers(100)
    if err or type(headers.authorization) == "table" then
      return nil, "invalid_request"
    end
    ctx.token = authorization:match("^[Bb][Ee][Aa][Rr][Ee][Rr] +([^ ]+)$")
  else
    ctx.token = ngx.var.cookie_flash_token
  end
  return ctx.token, "unauthenticated"
end

return M
