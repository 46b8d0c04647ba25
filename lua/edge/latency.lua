-- What gateways have answered, and how long it took; log phase of what was passed on. What the door answers by itself is
-- not timed: that would cost a refusal more than a question does, and it is microseconds.
local passed_on = require("edge.passed_on")
local refusals = require("edge.refusals")
local tallies = require("edge.tallies")

-- By status; made once, a click makes no text of its own here.
local TEXTS = {}

local M = {}

-- A gateway names the code of its refusal in X-Refusal; the buyer gets it in the body alone.
local function answer_of(status)
  local code = status >= 400 and ngx.var.upstream_http_x_refusal
  if code and refusals.LIST[code] then
    return code
  end
  local text = TEXTS[status]
  if not text then
    text = tostring(status)
    TEXTS[status] = text
  end
  return text
end

function M.passed()
  local text = ngx.var.upstream_response_time or ""
  -- Of several gateways asked, "0.001, 0.002": the last one answered.
  local seconds = tonumber(text) or tonumber(text:match("([%d.]+)$"))
  if not seconds then
    return
  end
  local call, card = passed_on.of()
  tallies.answered(card, call, answer_of(ngx.status), seconds)
end

return M
