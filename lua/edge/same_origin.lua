-- Does a page of another site ask for a change in the name of whoever is signed in here (CSRF)? Asked of POST and DELETE
-- where a cookie is the identity: a browser sends it along by itself. A call with Authorization needs no origin, since
-- no page of another site can set that header without being allowed to (CORS), and nobody is. Clients that are no
-- browsers send neither Origin nor Sec-Fetch-Site, and go on.
local token = require("edge.token")

local M = {}

local DETAIL = '"detail":"A page of another site asked for this"'
-- `none`: the user's own doing, such as a bookmark. `same-site` is another site too: no other domain may click here.
local OWN = { ["same-origin"] = true, none = true }

-- "https://host:port" names the host that was asked. Behind somebody else's TLS the door itself speaks plain HTTP, so a
-- secure page may ask there; a plain page may never ask over TLS.
local function is_own(origin, var)
  local scheme, host = origin:match("^(https?)://(.+)$")
  return host ~= nil and host:lower() == (var.http_host or ""):lower() and not (scheme == "http" and var.https == "on")
end

function M.check(ctx)
  if token.authorization(ctx) then
    return nil
  end
  local var = ngx.var
  local method = ngx.req.get_method()
  if method ~= "POST" and method ~= "DELETE" then
    return nil
  end
  local site, origin = var.http_sec_fetch_site, var.http_origin
  if (site and not OWN[site]) or (origin and not is_own(origin, var)) then
    return "blocked", nil, DETAIL
  end
end

return M
