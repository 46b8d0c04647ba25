-- So many challenges, and so many answers, a minute for each verified buyer, over all sales; and a pause after a wrong
-- answer that doubles with each further one. A challenge is short: without this a program would try its way through.
local tunables = require("edge.tunables")

local challenges = ngx.shared.challenges
local counts = ngx.shared.counts

local MINUTE_S = 60

local function note(forcible)
  if forcible then
    counts:incr("evictions:challenges", 1, 0)
  end
end

local function remaining_s(key)
  return math.max(1, math.ceil(challenges:ttl(key) or 1))
end

local M = {}

function M.check(ctx)
  local pause = "pause:" .. ctx.user
  if challenges:get(pause) then
    return "too_many_requests", remaining_s(pause)
  end
  local answering = ngx.req.get_method() == "POST"
  local key = (answering and "answers:" or "asked:") .. ctx.user
  local count, _, forcible = challenges:incr(key, 1, 0, MINUTE_S)
  note(forcible)
  if not count then
    return "busy"
  end
  if count > (answering and tunables.challenge_answers_per_minute or tunables.challenges_per_minute) then
    return "too_many_requests", remaining_s(key)
  end
end

-- user: whose answer was wrong. Pauses of 1, 2, 4, … seconds; forgotten after a time without a wrong one.
function M.wrong(user)
  local key = "wrong:" .. user
  local count, _, forcible = challenges:incr(key, 1, 0, tunables.challenge_forget_s)
  note(forcible)
  if not count then
    return
  end
  challenges:expire(key, tunables.challenge_forget_s)
  local pause_s = math.min(2 ^ (count - 1), tunables.challenge_pause_most_s)
  _, _, forcible = challenges:set("pause:" .. user, true, pause_s)
  note(forcible)
end

function M.right(user)
  challenges:delete("wrong:" .. user)
end

return M
