-- Fetches the snapshot from Redis.
local environment = require("edge.environment")
local tunables = require("edge.tunables")

-- OpenResty calls the client resty.redis, Debian nginx.redis; they are the same.
local found, redis = pcall(require, "resty.redis")
if not found then
  redis = require("nginx.redis")
end

local function sign_in(client, where)
  if where.password then
    local ok, err
    if where.user then
      ok, err = client:auth(where.user, where.password)
    else
      ok, err = client:auth(where.password)
    end
    if not ok then
      return nil, err
    end
  end
  if where.db ~= 0 then
    return client:select(where.db)
  end
  return true
end

local M = {}

-- What a door reports travels with its question; when it does not arrive, the next one says the same.
local function ask(client, report)
  client:init_pipeline()
  client:get("snapshot")
  for _, command in ipairs(report or {}) do
    client[command[1]](client, unpack(command, 2))
  end
  local replies, err = client:commit_pipeline()
  if not replies then
    return nil, err
  end
  -- A refused command is { false, reason }.
  if type(replies[1]) == "table" then
    return nil, replies[1][2]
  end
  return replies[1]
end

-- The JSON, or nil and the reason. report: more commands to send, or nil.
function M.snapshot(report)
  local where = environment.redis
  local client = redis:new()
  client:set_timeout(tunables.snapshot_timeout_ms)
  local ok, err = client:connect(where.host, where.port)
  if ok and client:get_reused_times() == 0 then
    ok, err = sign_in(client, where)
  end
  if not ok then
    client:close()
    return nil, "Redis: " .. tostring(err)
  end
  local raw
  raw, err = ask(client, report)
  if not raw then
    client:close()
    return nil, "Redis: " .. tostring(err)
  end
  client:set_keepalive(60000, 1)
  if raw == ngx.null then
    return nil, "Redis has no key snapshot"
  end
  return raw
end

return M
