-- What the door knows of the gateways, for edge/metrics.lua.
local peer_health = require("edge.peer_health")
local peers = require("edge.peers")

local M = {}

-- head(name, kind, help) and line(name, value) add to the page.
function M.print(head, line)
  peer_health.refresh()
  head("sluice_door_gateway_up", "gauge", "1 while the door sends requests to a gateway, 0 while its breaker is open.")
  for _, peer in ipairs(peers.all) do
    line(('sluice_door_gateway_up{gateway="%s"}'):format(peer.id), peer.out and 0 or 1)
  end
  head("sluice_door_gateway_outs_total", "counter", "How often the breaker of a gateway has opened.")
  for _, peer in ipairs(peers.all) do
    line(('sluice_door_gateway_outs_total{gateway="%s"}'):format(peer.id), peer_health.outs(peer))
  end
end

return M
