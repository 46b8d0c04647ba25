-- The door's environment, read once at start. A missing or wrong key stops the start, by name.
local function read(name)
  local value = os.getenv(name)
  if not value or value == "" then
    error(name .. " is missing: set it in nginx's environment", 0)
  end
  return value
end

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- redis://[user][:password@]host[:port][/db] -> { host, port, user?, password?, db }
local function redis_of(url)
  local wrong = "SLUICE_REDIS_URL must look like redis://[user:password@]host:port[/db]"
  local rest, path = url:match("^redis://([^/?#]+)/?(%d*)$")
  if not rest then
    error(wrong, 0)
  end
  local credentials, address = rest:match("^(.*)@([^@]*)$")
  local host, port = (address or rest):match("^(.-):?(%d*)$")
  if (address or rest):sub(1, 1) == "[" then
    host, port = (address or rest):match("^(%[[%x:.]+%]):?(%d*)$")
  end
  if not host or host == "" then
    error(wrong, 0)
  end
  local user, password = (credentials or ""):match("^([^:]*):?(.*)$")
  return {
    host = host,
    port = tonumber(port) or 6379,
    user = user ~= "" and unescape(user) or nil,
    password = password ~= "" and unescape(password) or nil,
    db = tonumber(path) or 0,
  }
end

local M = {
  redis = redis_of(read("SLUICE_REDIS_URL")),
  jwt_secret = read("SLUICE_JWT_SECRET"),
  ticket_secret = read("SLUICE_TICKET_SECRET"),
  edge_key = read("SLUICE_EDGE_KEY"),
}

if #M.jwt_secret < 32 then
  error("SLUICE_JWT_SECRET must have 32 characters or more", 0)
end
if #M.ticket_secret < 32 then
  error("SLUICE_TICKET_SECRET must have 32 characters or more", 0)
end
if M.edge_key:find("[^!-~]") then
  error("SLUICE_EDGE_KEY must be visible ASCII: it travels in a header", 0)
end

return M
