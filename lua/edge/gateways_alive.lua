-- Does any gateway answer? While all are out nobody waits for them.
local peer_health = require("edge.peer_health")
local peers = require("edge.peers")

local M = {}

function M.check()
  peer_health.refresh()
  for _, peer in ipairs(peers.groups.flash.list) do
    if not peer.out then
      return nil
    end
  end
  return "unavailable", 1
end

return M
