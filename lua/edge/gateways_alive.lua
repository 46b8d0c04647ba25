-- Does any gateway answer? While all are out nobody waits for them.
local peer_health = require("edge.peer_health")
local peers = require("edge.peers")

local M = {}

function M.check()
  peer_health.refresh()
  if peers.groups.flash.usable == 0 then
    return "unavailable", 1
  end
end

return M
