-- What this door tells the centre (gateway/admission/) and the console (ops/live/): the demand of all its workers, and
-- what it has answered, under its name. A door that dies
-- stops counting when its key runs out.
local answer_counts = require("edge.answer_counts")
local cjson = require("cjson.safe")
local demand = require("edge.demand")
local live_settings = require("edge.live_settings")

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

-- Only what has happened: most codes never do.
local function some(counted)
  local list = {}
  for name, times in pairs(counted) do
    list[name] = times > 0 and times or nil
  end
  return next(list) and list or nil
end

local function add_answers(report)
  local by_code, by_question = answer_counts.answers()
  report.at, report.began = ngx.now() * 1000, answer_counts.began()
  report.answers, report.refused_by, report.took = some(by_code), some(by_question), answer_counts.took()
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
