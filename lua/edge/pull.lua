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

-- The JSON, or nil and the reason.
function M.snapshot()
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
  raw, err = client:get("snapshot")
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
