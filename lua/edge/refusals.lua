-- The one list of coded errors, as contract/errors.ts has it (a test compares the two), and how one is said.
local tallies = require("edge.tallies")

local LIST = {
  invalid_request = { 400, "The request is not valid" },
  unauthenticated = { 401, "Sign in first" },
  blocked = { 403, "This account may not take part" },
  challenge_required = { 403, "Solve the challenge first" },
  challenge_failed = { 403, "The challenge was not solved" },
  unknown_sale = { 404, "There is no such sale" },
  unknown_ticket = { 404, "There is no such ticket" },
  unknown_order = { 404, "There is no such order" },
  not_found = { 404, "There is nothing here" },
  method_not_allowed = { 405, "This method is not allowed here" },
  not_open = { 409, "The sale is not open yet" },
  conflict = { 409, "This is not possible any more" },
  sold_out = { 410, "Sold out" },
  ended = { 410, "The sale has ended" },
  too_large = { 413, "The request is too large" },
  unsupported_type = { 415, "Send application/json" },
  too_many_requests = { 429, "Too many requests" },
  line_full = { 503, "The line is full" },
  busy = { 503, "Busy, try again soon" },
  paused = { 503, "The sale is paused" },
  unavailable = { 503, "Not available right now" },
}

local BODY = '{"type":"about:blank","title":"%s","status":%d,"code":"%s"'
local prebuilt = {}
for code, entry in pairs(LIST) do
  local status, title = entry[1], entry[2]
  prebuilt[code] = {
    status = status,
    status_text = tostring(status),
    start = BODY:format(title, status, code),
    body = BODY:format(title, status, code) .. "}",
    again = status == 429 or status == 503,
  }
end

local M = { LIST = LIST }

local function body_of(refusal, members)
  return members and refusal.start .. "," .. members .. "}" or refusal.body
end

-- Leaves the body and Retry-After to nginx, which sends them (nginx/answer_click.conf), and gives the status as text.
-- Members as below.
function M.leave(code, retry_after_s, members)
  if code == "again" then
    -- No refusal: a whole answer.
    ngx.var.answer_body = members
    return "200"
  end
  local refusal = prebuilt[code]
  local var = ngx.var
  var.answer_body = body_of(refusal, members)
  if refusal.again then
    var.answer_retry_after = retry_after_s or 1
  end
  return refusal.status_text
end

-- Ends the request with a problem+json. `retry_after_s`: whole seconds, only used by 429 and 503, 1 when absent.
-- `members`: more members as JSON text, such as '"opensAt":123'. Whoever calls this has counted it.
function M.say(code, retry_after_s, members)
  local refusal = prebuilt[code]
  local body = body_of(refusal, members)
  ngx.status = refusal.status
  local header = ngx.header
  header.content_type = "application/problem+json"
  header.content_length = #body
  header.cache_control = "no-store"
  if refusal.again then
    header.retry_after = retry_after_s or 1
  end
  if code == "unavailable" and ngx.var.upstream_addr then
    -- Asked, and not answered: the access log knows the request, so its buyer may name it, too.
    header.x_request_id = ngx.var.request_id
  end
  ngx.print(body)
  return ngx.exit(ngx.HTTP_OK)
end

-- The same for what belongs to no sale and no question.
function M.send(code)
  tallies.said(nil, "other", code, "none")
  return M.say(code)
end

return M
