-- Who is it? Puts the verified buyer into ctx.user. A token that comes a third time costs no crypto until it expires. Most
-- come once in a sale: to remember each of them would cost a click more than to verify it, in memory that Lua's collector
-- must walk. So a first sight leaves its hash alone.
local ffi = require("ffi")
local lrucache = require("resty.lrucache")
local jwt = require("edge.jwt")
local token = require("edge.token")
local tunables = require("edge.tunables")

local crc32 = ngx.crc32_long

local verified = assert(lrucache.new(tunables.verified_tokens))

-- The hashes of the tokens that were verified last, each in the one place where it can stand.
local PLACES = 65536
local seen = ffi.new("uint32_t[?]", PLACES)

local function remember(text, claims)
  local hash = crc32(text)
  if seen[hash % PLACES] == hash then
    verified:set(text, claims)
  else
    seen[hash % PLACES] = hash
  end
end

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
    remember(text, claims)
  end
  -- Asked of remembered tokens too: what was valid a minute ago may have expired.
  if claims.exp <= now_s then
    return "unauthenticated"
  end
  ctx.user = claims.sub
end

return M
