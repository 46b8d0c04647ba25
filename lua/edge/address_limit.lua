-- So many clicks a second from one address may go on to a gateway, counted from the first of them. Asked after the
-- buyer's own limit: one who hammers does not use up what his neighbours behind the same address may ask. An IPv6
-- address counts by its first 64 bits, since that is what one household gets.
local tunables = require("edge.tunables")
local user_limit = require("edge.user_limit")

local addresses = ngx.shared.click_addresses
local counts = ngx.shared.counts

local IPV4_IN_IPV6 = ("\0"):rep(10) .. "\255\255"

-- address: 4 or 16 bytes.
local function key_of(address)
  if #address ~= 16 then
    return address
  end
  if address:sub(1, 12) == IPV4_IN_IPV6 then
    return address:sub(13)
  end
  return address:sub(1, 8)
end

local M = {}

function M.check(ctx)
  local var = ngx.var
  if var.counted_address ~= "1" then
    return nil
  end
  local count, _, forcible = addresses:incr(key_of(var.binary_remote_addr), 1, 0, 1)
  if forcible then
    counts:incr("evictions:click_addresses", 1, 0)
  end
  if count and count > tunables.address_clicks_per_second then
    -- It was not this buyer's fault: he may click again as soon as he is told.
    user_limit.give_back(ctx)
    return "too_many_requests", 1
  end
end

return M
