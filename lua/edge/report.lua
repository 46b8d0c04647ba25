-- What this door tells the centre (gateway/admission/) and the console (ops/live/): the demand of all its workers, and
-- what it has answered, under its name. A door that dies stops counting when its key runs out.
local answer_counts = require("edge.answer_counts")
local cjson = require("cjson.safe")
local demand = require("edge.demand")
local live_settings = require("edge.live_settings")
local tallies = require("edge.tallies")

local EVERY_S = 0.5
local KEPT_MS = 3000

local dict = ngx.shared.demand
local snapshot = ngx.shared.snapshot

local M = {}

-- run: the door's run folder. A name of its own for every nginx: SLUICE_DOOR_NAME, or one made of machine and folder.
function M.name_door(run)
  local name = os.getenv("SLUICE_DOOR_NAME")
  if name and name ~= "" then
    if #name > 64 or name:find("[^%w_.-]") then
      error("SLUICE_DOOR_NAME must be 1 to 64 letters, digits, _, . or -", 0)
    end
  else
    local file = io.open("/proc/sys/kernel/hostname")
    local host = file and file:read("*l") or ""
    if file then
      file:close()
    end
    name = ("door-%08x"):format(ngx.crc32_long(host .. ":" .. run))
  end
  M.name = name
end

local function some(counted)
  return next(counted) and counted or nil
end

-- A sale that nobody has asked for yet is told, too: by its name one sees that it is counted.
local function add_answers(report)
  report.at, report.began = ngx.now() * 1000, tallies.began()
  report.counted = {}
  for _, counted in ipairs(answer_counts.by_sale()) do
    report.counted[counted.sale] = {
      since = counted.since,
      door = some(counted.door),
      gateway = some(counted.gateway),
      took = next(counted.gateway) and counted.took,
    }
  end
  local pulled_at = snapshot:get("pulled_at")
  report.snapshot_age_ms = pulled_at and math.max(0, report.at - pulled_at) or nil
  local written_at = snapshot:get("written_at")
  report.written_age_ms = written_at and math.max(0, report.at - written_at) or nil
end

-- Commands for Redis when a report is due, else nil. Of all workers one takes each turn.
function M.commands()
  if not M.name or not dict:add("turn", true, EVERY_S * 0.9) then
    return nil
  end
  local sum = demand.sum()
  add_answers(sum)
  -- cjson can not know that an empty table is a list.
  for _, list in ipairs({ "top_sales", "top_users" }) do
    if #sum[list] == 0 then
      sum[list] = nil
    end
  end
  local commands = {
    { "set", "edge:" .. M.name, cjson.encode(sum), "px", KEPT_MS },
    { "sadd", "edges", M.name },
  }
  local in_force = live_settings.report()
  if in_force then
    commands[3] = { "set", "tuned:" .. M.name, in_force, "px", KEPT_MS }
    commands[4] = { "sadd", "tuned", M.name }
  end
  return commands
end

return M
