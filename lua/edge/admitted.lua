-- Who already got a ticket, by sale and the signature at the end of the token: unique to the token, and looked up
-- before any crypto. Whoever copies a signature gains only the next question, which verifies the whole token.
local tunables = require("edge.tunables")

local dict = ngx.shared.admitted
local counts = ngx.shared.counts

local SIGNATURE_LENGTH = 43

-- nil when the request has no token.
local function key_of(ctx)
  -- The end of the header is the end of the token: no need to take it apart here.
  local text = ngx.var.http_authorization or ngx.var.cookie_flash_token
  return text and ctx.sale .. ":" .. text:sub(-SIGNATURE_LENGTH)
end

local M = {}

function M.has(ctx)
  local key = key_of(ctx)
  return key ~= nil and dict:get(key) == true
end

function M.remember(ctx)
  local key = key_of(ctx)
  if not key then
    return
  end
  local _, _, forcible = dict:set(key, true, tunables.admitted_for_s)
  if forcible then
    counts:incr("evictions:admitted", 1, 0)
  end
end

return M
