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

-- A reply to one command, or nil and the reason.
local function ask(command, ...)
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
  local reply
  reply, err = client[command](client, ...)
  if not reply then
    client:close()
    return nil, "Redis: " .. tostring(err)
  end
  client:set_keepalive(60000, 1)
  return reply
end

local M = {}

-- The JSON, or nil and the reason.
function M.snapshot()
  local raw, reason = ask("get", "snapshot")
  if raw == ngx.null then
    return nil, "Redis has no key snapshot"
  end
  return raw, reason
end

-- The block list (contract/blocks.ts), { [buyer] = risk score }, or nil and the reason.
function M.blocks()
  local fields, reason = ask("hgetall", "blocks")
  if not fields then
    return nil, reason
  end
  local list, whole = {}, false
  for i = 1, #fields, 2 do
    if fields[i] == "" then
      whole = true
    else
      list[fields[i]] = tonumber(fields[i + 1])
    end
  end
  if not whole then
    return nil, "Redis has no block list"
  end
  return list
end

return M
