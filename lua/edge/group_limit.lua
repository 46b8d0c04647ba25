-- How much may go on to the gateways of the flash group at once. One bound is always there: requests under way in this
-- worker, so that slow gateways do not fill its memory and connections. Two more isolate the sale from others who use
-- the same gateways: requests a second and requests under way, of all workers together; 0 switches them off.
local peers = require("edge.peers")
local tunables = require("edge.tunables")

local dict = ngx.shared.gateways

local floor = math.floor

local M = {}

-- Each worker writes its own number into a slot of its own: one that dies leaves a number, not a leak, and its
-- successor overwrites it. Two workers that ask in the same instant may pass the limit by one each.
local function under_way()
  local sum = 0
  for id = 0, ngx.worker.count() - 1 do
    sum = sum + (dict:get("flying:" .. id) or 0)
  end
  return sum
end

-- Is there no room for one more?
function M.is_full()
  local group = peers.groups.flash
  if group.flying >= tunables.gateway_requests_per_worker then
    return true
  end
  local most = tunables.flash_group_connections
  return most > 0 and under_way() >= most
end

-- Called whenever this worker's number has changed.
function M.note(group)
  if tunables.flash_group_connections > 0 and group.tag == "flash" then
    dict:set("flying:" .. ngx.worker.id(), group.flying)
  end
end

function M.check(ctx)
  if M.is_full() then
    return "busy", 1
  end
  local most = tunables.flash_group_per_second
  if most > 0 then
    local passed = dict:incr("second:" .. floor(ctx.now / 1000), 1, 0, 2)
    if passed and passed > most then
      return "busy", 1
    end
  end
end

return M
