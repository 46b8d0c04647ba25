-- Asks every peer in the background whether it answers: a frozen one is found out before buyers wait for it, and one that
-- is out comes back with its first answer. Any answer counts; whether a gateway is busy it says itself.
local peer_health = require("edge.peer_health")
local peers = require("edge.peers")
local tunables = require("edge.tunables")

local dict = ngx.shared.gateways

local QUESTION = "GET /internal/alive HTTP/1.0\r\nHost: gateway\r\nConnection: close\r\n\r\n"

local function answers(peer)
  local socket = ngx.socket.tcp()
  socket:settimeout(tunables.gateway_probe_timeout_ms)
  local answer = socket:connect(peer.address, peer.port) and socket:send(QUESTION) and socket:receive("*l")
  socket:close()
  return answer and answer:sub(1, 5) == "HTTP/"
end

local function ask(peer)
  local asked_at = ngx.now()
  if answers(peer) then
    peer_health.alive(peer)
  else
    peer_health.silent(peer, asked_at)
  end
end

-- Every worker's timer; each question is asked by one of them, so a worker that hangs or dies is replaced at once.
local function tick(premature)
  if premature then
    return
  end
  local every_s = tunables.gateway_probe_ms / 1000
  -- Armed first: waiting for one that is frozen must not hold up the questions to the others.
  local ok, err = ngx.timer.at(every_s, tick)
  if not ok and err ~= "process exiting" then
    ngx.log(ngx.ERR, "probe: no timer, this worker asks no more: ", err)
  end
  for _, peer in ipairs(peers.all) do
    if dict:add("turn:" .. peer.id, true, every_s * 0.9) then
      ngx.thread.spawn(ask, peer)
    end
  end
end

local M = {}

-- Called once by each worker, in init_worker_by_lua.
function M.keep_asking()
  assert(ngx.timer.at(0, tick))
end

return M
