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

-- Sends commands in one go: lists such as { "get", "snapshot" }. Answers the replies to the first and the second (nil where
-- that one was refused), or nil and the reason.
local function send(client, commands)
  client:init_pipeline()
  for _, command in ipairs(commands) do
    client[command[1]](client, unpack(command, 2))
  end
  local replies, err = client:commit_pipeline()
  if not replies then
    return nil, err
  end
  -- A refused command is { false, reason }.
  local first = replies[1]
  if type(first) == "table" and first[1] == false then
    return nil, first[2]
  end
  local second = replies[2]
  if type(second) == "table" and second[1] == false then
    second = nil
  end
  return first, second
end

-- The same over a connection of the pool.
local function ask(commands)
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
  local reply, second = send(client, commands)
  if not reply then
    client:close()
    return nil, "Redis: " .. tostring(second)
  end
  client:set_keepalive(60000, 1)
  return reply, second
end

local M = {}

-- The JSON and the fields of the live settings, or nil and the reason. report: more commands to send, or nil: what a door
-- reports travels with its question; when it does not arrive, the next one says the same.
function M.snapshot(report)
  local raw, settings = ask({ { "get", "snapshot" }, { "hgetall", "settings" }, unpack(report or {}) })
  if raw == ngx.null then
    return nil, "Redis has no key snapshot", settings
  end
  if not raw then
    return nil, settings
  end
  return raw, nil, settings
end

-- The block list (contract/blocks.ts), { [buyer] = risk score }, or nil and the reason.
function M.blocks()
  local fields, reason = ask({ { "hgetall", "blocks" } })
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
