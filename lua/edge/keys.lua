-- The keys that prove tokens and tickets, read once at start and at each reload: those of the environment, and those of
-- the key file (SLUICE_KEY_FILE; platform/signing-keys.ts reads the same one). A line that is wrong stops the start, by
-- its number, and a reload with it changes nothing. After a reload nothing is remembered that an older key proved: each
-- new worker begins with empty caches.
local environment = require("edge.environment")

local MOST = 4

local function wrong(path, number, why)
  error(("SLUICE_KEY_FILE %s, line %d: %s"):format(path, number, why), 0)
end

local function read(path)
  local file, reason = io.open(path, "r")
  if not file then
    error("SLUICE_KEY_FILE: " .. reason, 0)
  end
  local text = file:read("*a") or ""
  file:close()
  return text
end

-- Lines of `jwt NAME SECRET` and `ticket NAME SECRET`.
local function parse(path)
  local found = { jwt = {}, ticket = {} }
  local number = 0
  for line in (read(path) .. "\n"):gmatch("(.-)\r?\n") do
    number = number + 1
    if line:find("%S") and not line:find("^%s*#") then
      local kind, name, secret = line:match("^%s*(%S+)%s+(%S+)%s+(%S+)%s*$")
      local list = found[kind]
      if not list then
        wrong(path, number, "expected jwt or ticket, a name and a secret")
      end
      if #name > 64 or name:find("[^%w_.-]") then
        wrong(path, number, "a name has letters, digits, _ . and - only, 64 at most")
      end
      if #secret < 32 or secret:find("[^!-~]") then
        wrong(path, number, "a secret must have 32 characters or more, visible ASCII")
      end
      for _, other in ipairs(list) do
        if other.name == name then
          wrong(path, number, "this name is taken")
        end
      end
      list[#list + 1] = { name = name, secret = secret }
      if #list > MOST then
        wrong(path, number, ("%d keys of a kind at most"):format(MOST))
      end
    end
  end
  return found
end

local named, tickets = {}, {}
local path = os.getenv("SLUICE_KEY_FILE")
if path and path ~= "" then
  local found = parse(path)
  for _, key in ipairs(found.jwt) do
    named[key.name] = key.secret
  end
  for i, key in ipairs(found.ticket) do
    tickets[i] = key.secret
  end
end
tickets[#tickets + 1] = environment.ticket_secret

local M = {
  -- Secrets that tickets may be signed with, the newest first.
  tickets = tickets,
}

-- The secret of a token with this `kid`; nil for one that nobody knows. A token without kid has the environment's.
function M.jwt(kid)
  if kid == nil then
    return environment.jwt_secret
  end
  return named[kid]
end

return M
