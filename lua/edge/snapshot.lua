-- What the door knows of all live sales (contract/snapshot.ts): pulled from Redis into a shared dict, decoded once by
-- each worker for each version. A pull that fails leaves the last one standing.
local cards = require("edge.cards")
local block_list = require("edge.block_list")
local demand = require("edge.demand")
local live_settings = require("edge.live_settings")
local pull = require("edge.pull")
local report = require("edge.report")
local tallies = require("edge.tallies")
local tunables = require("edge.tunables")

local dict = ngx.shared.snapshot
local counts = ngx.shared.counts

local version, current, looked_at

local M = {}

-- What cards.decode() made of it, or nil before the first pull. Shared: do not change.
function M.current()
  -- nginx's clock stands still while it works off one heap of requests: one look serves them all.
  local now = ngx.now()
  if now == looked_at then
    return current
  end
  looked_at = now
  local latest = dict:get("version")
  if latest ~= version then
    -- The writer sets the JSON first: what is read here is at least as new as `latest`.
    current = assert(cards.decode(dict:get("json")))
    version = latest
  end
  return current
end

local function keep(raw)
  if raw ~= dict:get("json") then
    local decoded, reason = cards.decode(raw)
    if not decoded then
      return nil, reason
    end
    local ok, err = dict:safe_set("json", raw)
    if not ok then
      return nil, "lua_shared_dict snapshot: " .. err
    end
    tallies.follow(decoded.list, ngx.now() * 1000)
    -- A count of our own, because the gateways' seq starts again when Redis was erased.
    dict:incr("version", 1, 0)
    dict:set("written_at", decoded.at)
    dict:set("blocks_wanted", decoded.blocks)
  end
  dict:set("pulled_at", ngx.now() * 1000)
  return block_list.follow(dict:get("blocks_wanted"))
end

local function pull_once()
  local raw, reason, settings = pull.snapshot(report.commands())
  if settings then
    live_settings.keep(settings)
  end
  local ok = false
  if raw then
    ok, reason = keep(raw)
  end
  local standing = M.current()
  if standing then
    tallies.follow(standing.list, ngx.now() * 1000)
  end
  if not ok then
    counts:incr("pull_failures", 1, 0)
  end
  -- Said when it changes, not five times a second.
  local trouble = not ok and reason or nil
  if trouble ~= dict:get("trouble") then
    dict:set("trouble", trouble)
    if trouble then
      ngx.log(ngx.WARN, "snapshot: ", trouble, "; the last one stays in force")
    else
      ngx.log(ngx.WARN, "snapshot: pulled again")
    end
  end
end

-- Every worker's timer; each turn is taken by one of them, so a worker that hangs or dies is replaced at once.
local function tick(premature)
  if premature then
    return
  end
  local every_s = tunables.snapshot_pull_ms / 1000
  local counted, trouble = pcall(demand.flush)
  if not counted then
    ngx.log(ngx.ERR, "demand: ", trouble)
  end
  live_settings.apply()
  if dict:add("turn", true, every_s * 0.9) then
    local ok, err = pcall(pull_once)
    if not ok then
      ngx.log(ngx.ERR, "snapshot: ", err)
    end
    live_settings.apply()
  end
  local ok, err = ngx.timer.at(every_s, tick)
  if not ok and err ~= "process exiting" then
    ngx.log(ngx.ERR, "snapshot: no timer, this worker pulls no more: ", err)
  end
end

-- Called once by each worker, in init_worker_by_lua. run: the run folder, which tells this door from others.
function M.keep_pulling(run)
  report.name_door(run)
  -- Before the first request: after a reload the door goes on as it was set.
  live_settings.apply()
  assert(ngx.timer.at(0, tick))
end

return M
