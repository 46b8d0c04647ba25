-- Chooses the gateway of a request: consistent hash by buyer with bounded loads (Mirrokni, Thorup, Zadimoghaddam,
-- "Consistent Hashing with Bounded Loads", arXiv:1608.01350, 2016), so that a buyer meets the same gateway as long as it
-- has no more than its share. Above that bound it is round robin among those below theirs, where the paper walks on
-- along the ring: the ring's next one would get all of a hot gateway's overflow. A failed try goes on to another peer;
-- every call is idempotent.
--
-- Loads are counted by each worker for itself: no lock, and a worker that dies takes its counts along. When each worker
-- keeps its peers within the bound, so does the sum of all, up to one request for each worker.
local ngx_balancer = require("ngx.balancer")
local hash_ring = require("edge.hash_ring")
local peer_health = require("edge.peer_health")
local peers = require("edge.peers")
local group_limit = require("edge.group_limit")
local tunables = require("edge.tunables")

local ceil = math.ceil

local GATEWAY_TIMEOUT = "504"
local BAD_GATEWAY = "502"
local MINUS = ("-"):byte()

local M = {}

local function hold(group, peer)
  group.flying = group.flying + 1
  peer.flying = peer.flying + 1
  ngx.var.peer = peer.id
  group_limit.note(group)
end

local function let_go(group, peer)
  group.flying = group.flying - 1
  peer.flying = peer.flying - 1
  ngx.var.peer = ""
  group_limit.note(group)
end

-- Is this peer usable, and may it take one more?
local function has_room(group, peer)
  return not peer.out
    and peer.flying < ceil(tunables.balance_bound_percent * (group.flying + 1) / (100 * group.usable))
end

-- tried: set of peers, or nil. Answers a peer, or nil when all were tried.
local function next_in_turn(group, tried)
  local list = group.list
  local any
  for _ = 1, #list do
    group.turn = group.turn % #list + 1
    local peer = list[group.turn]
    if not (tried and tried[peer]) then
      if has_room(group, peer) then
        return peer
      elseif not peer.out then
        any = peer
      end
      -- All are out since the funnel asked: one of them, and its answer tells.
      any = any or peer
    end
  end
  return any
end

-- key: the buyer, or "" where nobody is known; tried as above. The own peer first, without a loop: one of two turns is not
-- compiled by LuaJIT, and neither is what it stands in.
local function choose(group, key, tried)
  if key ~= "" and not tried then
    local own = group.list[hash_ring.find(group.ring, key)]
    if has_room(group, own) then
      return own
    end
  end
  return next_in_turn(group, tried)
end

-- The balancer phase of a group's upstream; again for each further try of a request.
function M.pick(tag)
  local group = peers.groups[tag]
  local state, status = ngx_balancer.get_last_failure()
  local tried
  if state then
    local last = peers.by_id[ngx.var.peer].peer
    let_go(group, last)
    if status == ngx.HTTP_GATEWAY_TIMEOUT then
      peer_health.timed_out(last)
    else
      peer_health.broke(last)
    end
    -- nginx allows as many tries as the upstream has servers; proxy_next_upstream_tries caps it.
    local ctx = ngx.ctx
    tried = ctx.tried or {}
    tried[last] = true
    ctx.tried = tried
  elseif tag == "flash" and group_limit.is_full() then
    -- The funnel has asked already, but a body that took its time came in between.
    return ngx.exit(ngx.HTTP_SERVICE_UNAVAILABLE)
  end
  peer_health.refresh()
  local peer = #group.list > 0 and choose(group, ngx.var.user_id, tried)
  if not peer then
    return ngx.exit(ngx.HTTP_BAD_GATEWAY)
  end
  hold(group, peer)
  assert(ngx_balancer.set_current_peer(peer.address, peer.port))
end

-- The log phase, of every location that reaches a gateway and of @unavailable. What was chosen stands in $peer: nginx
-- variables outlive the jump to a named location, ngx.ctx does not.
function M.ended()
  local var = ngx.var
  local id = var.peer
  if id == "" then
    return
  end
  local held = peers.by_id[id]
  let_go(held.group, held.peer)
  -- Both are lists of all tries; a try without an answer ends in "-", and in the status that nginx gave it.
  if var.upstream_header_time:byte(-1) ~= MINUS then
    return peer_health.answered(held.peer)
  end
  local status = var.upstream_status:sub(-3)
  if status == GATEWAY_TIMEOUT then
    peer_health.timed_out(held.peer)
  elseif status == BAD_GATEWAY then
    peer_health.broke(held.peer)
  end
end

return M
