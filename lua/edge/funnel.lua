-- The funnel: the questions asked of each kind of request, in order, the cheapest safe one first. Every question is a
-- module with check(ctx): nil lets the request go on; else a code of edge/refusals.lua, then Retry-After seconds and
-- further members where it has them. A new question is one line here.
local environment = require("edge.environment")
local passed_on = require("edge.passed_on")
local refusals = require("edge.refusals")
local method = require("edge.method")
local media_type = require("edge.media_type")
local same_origin = require("edge.same_origin")
local known_sale = require("edge.known_sale")
local window = require("edge.window")
local sold_out = require("edge.sold_out")
local identity = require("edge.identity")
local switches = require("edge.switches")
local hot_sales = require("edge.hot_sales")
local hot_users = require("edge.hot_users")
local admission = require("edge.admission")
local user_limit = require("edge.user_limit")
local blocked = require("edge.blocked")
local held = require("edge.held")
local address_limit = require("edge.address_limit")
local door_bucket = require("edge.door_bucket")
local poll_limit = require("edge.poll_limit")
local room = require("edge.room")
local gateways_alive = require("edge.gateways_alive")
local group_limit = require("edge.group_limit")
local own_ticket = require("edge.own_ticket")
local still_waiting = require("edge.still_waiting")
local challenge_window = require("edge.challenge_window")
local challenge_limit = require("edge.challenge_limit")
local sale_pages = require("edge.sale_pages")
local snapshot = require("edge.snapshot")
local tallies = require("edge.tallies")
local unroll = require("edge.unroll")

-- The questions of a click make a trace longer than LuaJIT's bounds allow, and what is not compiled calls nginx at twice the
-- price.
jit.opt.start("maxirconst=4000", "maxsnap=4000")

local READ = unroll({ method })
local JOIN = unroll({
  method, media_type, known_sale, hot_sales, switches, window, sold_out, same_origin, identity, blocked, hot_users,
  user_limit, held, admission, address_limit, door_bucket,
})
local SIGNED = unroll({ method, media_type, same_origin, switches, identity, hot_users, poll_limit })
local TICKET = unroll({
  method, media_type, same_origin, switches, identity, hot_users, poll_limit, own_ticket, still_waiting,
})
local CHALLENGE = unroll({
  method, media_type, known_sale, switches, challenge_window, sold_out, same_origin, identity, blocked,
  hot_users, challenge_limit,
})
local UNSIGNED = unroll({ method, media_type })
-- Who is signed in, if anybody is.
local SIGN_IN = unroll({ method, media_type, same_origin, { check = function(ctx) identity.check(ctx) end } })
-- Of everything that would go on to a gateway.
local GATEWAY = unroll({ room, gateways_alive, group_limit })

-- Of the sale that a request is for: one that was refused early has not been looked up yet.
local function card_of(ctx)
  local sale = ctx.sale or ctx.ticket and ctx.ticket.sale
  if ctx.card or not sale then
    return ctx.card
  end
  local current = snapshot.current()
  return current and current.cards[sale]
end

local function refuse(ctx, code, retry_after_s, members, question)
  if code == "method_not_allowed" then
    ngx.header.allow = ctx.allow.text
  end
  tallies.said(card_of(ctx), ctx.call, code, question)
  return refusals.say(code, retry_after_s, members)
end

-- ctx: { call, allow, now (ms), sale? } and what the questions add: card, token, user, ticket.
local function ask(questions, ctx)
  local code, retry_after_s, members, question = questions(ctx)
  if code then
    return refuse(ctx, code, retry_after_s, members, question)
  end
end

local function pass(ctx)
  tallies.said(card_of(ctx), ctx.call, "passed", "none")
  local var = ngx.var
  var.edge_key = environment.edge_key
  if ctx.user then
    var.user_id = ctx.user
  end
end

local function new_ctx(call, allow)
  return { call = call, allow = allow, now = ngx.now() * 1000, sale = ngx.var.sale }
end

local function ask_and_pass(call, questions, allow)
  local ctx = new_ctx(call, allow)
  ask(questions, ctx)
  ask(GATEWAY, ctx)
  pass(ctx)
end

local M = {}

function M.read()
  ask(READ, new_ctx("other", method.READ))
end

-- GET of one sale: a live one is answered here, an older one passes to a gateway.
function M.sale()
  local ctx = new_ctx("other", method.READ)
  ask(READ, ctx)
  sale_pages.one(ctx.sale)
  ask(GATEWAY, ctx)
  pass(ctx)
end

-- In set_by_lua, see nginx/answer_click.conf: gives the status of a refusal, or "" when the click goes on.
function M.join()
  local ctx = new_ctx("click", method.POST)
  local code, retry_after_s, members, question = JOIN(ctx)
  if not code then
    code, retry_after_s, members, question = GATEWAY(ctx)
    if code then
      -- Not the buyer's fault: he may click again at once.
      user_limit.give_back(ctx)
    end
  end
  if code then
    tallies.said(card_of(ctx), "click", code, question)
    return refusals.leave(code, retry_after_s, members)
  end
  pass(ctx)
  return ""
end

-- GET asks for the challenge of a sale, POST answers it.
function M.challenge()
  ask_and_pass("challenge", CHALLENGE, method.GET_OR_POST)
end

-- With no gateway to ask, whoever certainly waits is told so all the same.
function M.ticket()
  local ctx = new_ctx(ngx.req.get_method() == "DELETE" and "leave" or "poll", method.READ_OR_DELETE)
  ask(TICKET, ctx)
  local code, retry_after_s, members, question = GATEWAY(ctx)
  if code == "unavailable" then
    return still_waiting.or_unavailable(ctx.call, question)
  elseif code then
    return refuse(ctx, code, retry_after_s, members, question)
  end
  pass(ctx)
end

function M.orders()
  ask_and_pass("other", SIGNED, method.READ)
end

function M.order()
  ask_and_pass("other", SIGNED, method.READ_OR_DELETE)
end

function M.payment()
  ask_and_pass("other", SIGNED, method.POST)
end

function M.unsigned()
  ask_and_pass("other", UNSIGNED, method.POST)
end

-- No gateway has answered what was passed on (or this door has broken: then nothing was).
function M.unanswered()
  if not passed_on.is() then
    return refusals.send("unavailable")
  end
  local call, card = passed_on.of()
  tallies.said(card, call, "unavailable", "unanswered")
  return refusals.say("unavailable")
end

function M.unanswered_ticket()
  return still_waiting.or_unavailable(passed_on.of(), passed_on.is() and "unanswered" or "none")
end

-- GET says who is signed in, POST signs in.
function M.sign_in()
  ask_and_pass("other", SIGN_IN, method.READ_OR_POST)
end

return M
