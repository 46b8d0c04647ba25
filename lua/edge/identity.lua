-- Who is it? Puts the verified buyer into ctx.user. A token verified before costs no crypto until it expires.
local lrucache = require("resty.lrucache")
local jwt = require("edge.jwt")
local token = require("edge.token")
local tunables = require("edge.tunables")

local verified = assert(lrucache.new(tunables.verified_tokens))

local M = {}

function M.check(ctx)
  local text = token.of(ctx)
  if not text then
    return "unauthenticated"
  end
  local claims = verified:get(text)
  local now_s = ctx.now / 1000
  if not claims then
    claims = jwt.verify(text, now_s)
    if not claims then
      return "unauthenticated"
    end
    verified:set(text, claims)
  end
  -- Asked of remembered tokens too: what was valid a minute ago may have expired.
  if claims.exp <= now_s then
    return "unauthenticated"
  end
  ctx.user = claims.sub
end

return M
