-- The breaker of each peer. Closed: it gets requests. Open ("out"): it gets none. Half open: edge/probe.lua asks it in
-- the background, so that no buyer is the one who finds out, and its first answer closes the breaker. The state is in a
-- shared dict: what one worker learns, all know. Keys: out:ID, late:ID (timeouts in a row), hold:ID (out for now,
-- whatever a probe says), heard:ID (when a probe was answered last).
local peers = require("edge.peers")
local tunables = require("edge.tunables")

local dict = ngx.shared.gateways
local counts = ngx.shared.counts

local REFRESH_S = 0.01

local refreshed_at = 0

local M = {}

local function count_usable()
  for _, group in pairs(peers.groups) do
    local usable = 0
    for _, peer in ipairs(group.list) do
      usable = usable + (peer.out and 0 or 1)
    end
    group.usable = usable
  end
end

-- Brings this worker's view up to date, if it is older than 10 ms.
function M.refresh()
  local now = ngx.now()
  if now - refreshed_at < REFRESH_S then
    return
  end
  refreshed_at = now
  for _, peer in ipairs(peers.all) do
    peer.out = dict:get(peer.out_key) ~= nil
    peer.late = dict:get(peer.late_key) ~= nil
  end
  count_usable()
end

local function put_out(peer, reason)
  peer.out = true
  count_usable()
  -- Of all who notice, the first one says so.
  if dict:add(peer.out_key, true) then
    counts:incr("outs:" .. peer.id, 1, 0)
    ngx.log(ngx.WARN, "gateway ", peer.name, " is out: ", reason)
  end
end

-- It refused, reset or broke a connection.
function M.broke(peer)
  put_out(peer, "it does not take or breaks connections")
end

-- It did not answer in time. Once may be one slow request, so out only after several without an answer in between.
function M.timed_out(peer)
  local in_a_row = dict:incr(peer.late_key, 1, 0)
  peer.late = true
  if in_a_row and in_a_row >= tunables.gateway_timeouts then
    -- It may well answer the probe, which asks for nothing.
    dict:set("hold:" .. peer.id, true, tunables.gateway_out_ms / 1000)
    put_out(peer, "it did not answer " .. in_a_row .. " times in a row")
  end
end

-- It answered a request.
function M.answered(peer)
  if peer.late then
    peer.late = false
    dict:delete(peer.late_key)
  end
end

-- It was asked in the background at this time (s) and did not answer.
function M.silent(peer, asked_at)
  -- Questions overlap: one from the time when it was frozen may end after a younger one has been answered.
  if (dict:get("heard:" .. peer.id) or 0) >= asked_at then
    return
  end
  put_out(peer, "it does not answer when asked")
end

-- It was asked in the background and answered.
function M.alive(peer)
  dict:set("heard:" .. peer.id, ngx.now())
  if dict:get(peer.out_key) and not dict:get("hold:" .. peer.id) then
    dict:delete(peer.late_key)
    dict:delete(peer.out_key)
    ngx.log(ngx.WARN, "gateway ", peer.name, " is back")
  end
end

-- How often the breaker of this peer has opened.
function M.outs(peer)
  return counts:get("outs:" .. peer.id) or 0
end

return M
