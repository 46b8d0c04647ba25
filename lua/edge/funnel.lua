-- The funnel: the questions asked of each kind of request, in order, the cheapest safe one first. Every question is a
-- module with check(ctx): nil lets the request go on; else a code of edge/refusals.lua, then Retry-After seconds and
-- further members where it has them. A new question is one line here.
local environment = require("edge.environment")
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
local poll_limit = require("edge.poll_limit")
local own_ticket = require("edge.own_ticket")
local still_waiting = require("edge.still_waiting")
local sale_pages = require("edge.sale_pages")

local counts = ngx.shared.counts

local READ = { method }
local JOIN = { method, media_type, same_origin, known_sale, hot_sales, switches, window, sold_out, identity, hot_users,
  user_limit, admission }
local SIGNED = { method, media_type, same_origin, switches, identity, hot_users, poll_limit }
local TICKET = { method, media_type, same_origin, switches, identity, hot_users, poll_limit, own_ticket, still_waiting }
local UNSIGNED = { method, media_type }
-- Who is signed in, if anybody is.
local SIGN_IN = { method, media_type, same_origin, { check = function(ctx) identity.check(ctx) end } }

-- ctx: { allow, now (ms), sale? } and what the questions add: card, token, user, ticket.
local function ask(questions, ctx)
  for i = 1, #questions do
    local code, retry_after_s, members = questions[i].check(ctx)
    if code then
      return refusals.send(code, retry_after_s, members)
    end
  end
end

local function ask_and_pass(questions, allow)
  local var = ngx.var
  local ctx = { allow = allow, now = ngx.now() * 1000, sale = var.sale }
  ask(questions, ctx)
  counts:incr("answers:passed", 1, 0)
  var.edge_key = environment.edge_key
  if ctx.user then
    var.user_id = ctx.user
  end
end

local M = {}

function M.read()
  ask(READ, { allow = method.READ })
end

-- GET of one sale: a live one is answered here, an older one passes to a gateway.
function M.sale()
  ask(READ, { allow = method.READ })
  sale_pages.one(ngx.var.sale)
  ask_and_pass({}, method.READ)
end

function M.join()
  ask_and_pass(JOIN, method.POST)
end

function M.ticket()
  ask_and_pass(TICKET, method.READ_OR_DELETE)
end

function M.orders()
  ask_and_pass(SIGNED, method.READ)
end

function M.order()
  ask_and_pass(SIGNED, method.READ_OR_DELETE)
end

function M.payment()
  ask_and_pass(SIGNED, method.POST)
end

function M.unsigned()
  ask_and_pass(UNSIGNED, method.POST)
end

-- GET says who is signed in, POST signs in.
function M.sign_in()
  ask_and_pass(SIGN_IN, method.READ_OR_POST)
end

return M
