-- The numbers of tunables.conf that ops change while the door runs: contract/settings/door.ts has the same list, with
-- words. They come with each pull; every worker writes them into the fields of edge.tunables at its next tick, so that
-- reading one costs what it always did. The value of tunables.conf counts again when a setting is put back.
local cjson = require("cjson.safe")
local group_limit = require("edge.group_limit")
local peers = require("edge.peers")
local tunables = require("edge.tunables")

-- Tunable -> least and most. Two doors of different versions may know different ones.
local LIVE = {
  buy_interval_ms = { 1, 600000 },
  hot_buy_interval_ms = { 1, 600000 },
  polls_per_second = { 1, 10000 },
  address_clicks_per_second = { 1, 1000000 },
  clicks_per_second = { 1, 10000000 },
  admitted_for_s = { 60, 604800 },
  repeat_window_s = { 1, 86400 },
  line_full_retry_s = { 1, 3600 },
  paused_retry_s = { 1, 3600 },
  switched_off_retry_s = { 1, 3600 },
  admission_retry_s = { 1, 3600 },
  admission_spread_s = { 1, 3600 },
  gateway_requests_per_worker = { 1, 100000 },
  flash_group_per_second = { 0, 10000000 },
  flash_group_connections = { 0, 1000000 },
  balance_bound_percent = { 100, 1000 },
  gateway_probe_ms = { 100, 10000 },
  gateway_probe_timeout_ms = { 100, 30000 },
  gateway_timeouts = { 1, 1000 },
  gateway_out_ms = { 100, 60000 },
  near_tickets = { 1, 100000 },
  near_ms = { 300, 60000 },
  blocked_from_score = { 1, 101 },
  risk_strictness = { 1, 1000 },
  challenge_lead_s = { 1, 86400 },
  challenges_per_minute = { 1, 10000 },
  challenge_answers_per_minute = { 1, 10000 },
  challenge_pause_most_s = { 1, 3600 },
  challenge_forget_s = { 1, 86400 },
}

local dict = ngx.shared.snapshot

local normals, applied = {}, 0

local M = { LIVE = LIVE }

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
  local names = {}
  for name in pairs(values) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    line(lines, ('sluice_setting{name="%s"}'):format(name), values[name])
  end
end

return M
