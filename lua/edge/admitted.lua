-- Who already got a ticket, by sale and the signature at the end of the token: unique to the token, and looked up
-- before any crypto. Whoever copies a signature gains only the next question, which verifies the whole token.
local token = require("edge.token")
local tunables = require("edge.tunables")

local dict = ngx.shared.admitted
local counts = ngx.shared.counts

local SIGNATURE_LENGTH = 43

local M = {}

-- nil when the request has no token.
function M.key(ctx)
  local text = token.of(ctx)
  return text and ctx.sale .. ":" .. text:sub(-SIGNATURE_LENGTH)
end

function M.has(ctx)
  local key = M.key(ctx)
  return key ~= nil and dict:get(key) == true
end

function M.remember(key)
  local _, _, forcible = dict:set(key, true, tunables.admitted_for_s)
  if forcible then
    counts:incr("evictions:admitted", 1, 0)
  end
end

return M
