-- The settings that ops change while the door runs (edge.live_tunables). They come with each pull; every worker writes them
-- into the fields of edge.tunables at its next tick, so that reading one costs what it always did. The value of
-- tunables.conf counts again when a setting is put back.
local cjson = require("cjson.safe")
local group_limit = require("edge.group_limit")
local LIVE = require("edge.live_tunables")
local peers = require("edge.peers")
local sorted_keys = require("edge.sorted_keys")
local tunables = require("edge.tunables")

local dict = ngx.shared.snapshot

local normals, applied = {}, 0

local M = {}

local function setting_of(tunable)
  return "door." .. tunable:gsub("_", "%-")
end

-- Said once by the door, whichever worker sees it first.
local function say_once(setting, value)
  if dict:add("setting_said:" .. setting .. " " .. value, true) then
    ngx.log(ngx.WARN, "settings: ", setting, " ", value, " is not understood by this version, it changes nothing here")
  end
end

-- Takes what Redis holds, { field, value, ... }, into shared memory where it is newer. A Redis that has lost the settings,
-- or holds older ones, changes nothing: a gateway puts them back.
function M.keep(fields)
  local values, version = {}, 0
  for i = 1, #fields, 2 do
    if fields[i] == "" then
      version = tonumber(fields[i + 1]) or 0
    else
      values[fields[i]] = fields[i + 1]:match("^%d+ (.+)$")
    end
  end
  if version <= (dict:get("settings_version") or 0) then
    return
  end
  local ok, err = dict:safe_set("settings", cjson.encode(values))
  if not ok then
    return ngx.log(ngx.ERR, "settings: lua_shared_dict snapshot: ", err)
  end
  -- The values first: whoever sees the version reads these or newer ones.
  dict:set("settings_version", version)
end

-- The value of such a text, or nil.
local function read(tunable, text)
  local value = text:match("^%d+$") and tonumber(text)
  local bounds = LIVE[tunable]
  return value and value >= bounds[1] and value <= bounds[2] and value or nil
end

-- values: { [setting] = text }, of those that are set, of all rooms.
local function take(values)
  for setting, text in pairs(values) do
    local name = setting:match("^door%.(.+)$")
    if name and not LIVE[name:gsub("%-", "_")] then
      say_once(setting, text)
    end
  end
  for tunable in pairs(LIVE) do
    normals[tunable] = normals[tunable] or tunables[tunable]
    local text = values[setting_of(tunable)]
    local value = text and read(tunable, text)
    if not text then
      tunables[tunable] = normals[tunable]
    elseif value then
      tunables[tunable] = value
    else
      say_once(setting_of(tunable), text)
    end
  end
  -- While the limit was off nobody counted: a number of long ago must not fill the group.
  group_limit.note(peers.groups.flash)
end

-- Brings this worker to what the door has. Called by each worker at its start and at every tick.
function M.apply()
  local version = dict:get("settings_version") or 0
  if version ~= applied then
    take(cjson.decode(dict:get("settings")))
    applied = version
  end
  dict:set("settings_of:" .. ngx.worker.id(), applied)
end

-- { [setting] = value } in force in this worker, and those of tunables.conf.
function M.values()
  local now, normal = {}, {}
  for tunable in pairs(LIVE) do
    now[setting_of(tunable)] = tunables[tunable]
    normal[setting_of(tunable)] = normals[tunable] or tunables[tunable]
  end
  return now, normal
end

local reported

-- What this door says of itself, as JSON (contract/settings/in-force.ts): what all of its workers have taken in.
function M.report()
  for id = 0, ngx.worker.count() - 1 do
    if dict:get("settings_of:" .. id) ~= applied then
      return reported
    end
  end
  local values, normal = M.values()
  reported = cjson.encode({ room = "door", version = applied, values = values, normals = normal })
  return reported
end

-- Metrics. head(lines, name, kind, help) and line(lines, name, value) write.
function M.write(lines, head, line)
  head(lines, "sluice_setting", "gauge", "The settings that this door goes by, each in its own unit.")
  local values = M.values()
  for _, name in ipairs(sorted_keys(values)) do
    line(lines, ('sluice_setting{name="%s"}'):format(name), values[name])
  end
end

return M
