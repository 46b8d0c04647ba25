-- Does this buyer hold a ticket of this sale already? Within repeat_window_s after the gateway gave it, a further click is
-- answered with the same ticket by the door itself: one order in that time, and no gateway is asked.
--
-- What makes it true. The gateway names the ticket in X-Place beside its 202 or 200 (it never reaches the buyer). It is
-- forgotten when an answer that passes through says that the ticket is over without a purchase (X-Ticket-State), and when
-- the snapshot marks it as having left out of turn: then the click goes on, and a gateway decides. What is over without
-- this door having heard (an order that expired while its buyer was away) is heard at the next poll, which every page
-- makes with the ticket it gets. Full memory forgets the oldest: a gateway is asked, and gives the same ticket.
local tunables = require("edge.tunables")
local waiting_place = require("edge.waiting_place")

local held = ngx.shared.held
local counts = ngx.shared.counts
local find, sub = string.find, string.sub

local OVER = {
  sold_out = true, duplicate = true, left = true, closed = true, expired = true, cancelled = true, refunded = true,
}

local M = {}

local function key_of(sale, user)
  return sale .. ":" .. user
end

-- place: "NUMBER TICKET".
function M.remember(sale, user, place)
  local _, _, forcible = held:set(key_of(sale, user), place, tunables.repeat_window_s)
  if forcible then
    counts:incr("evictions:held", 1, 0)
  end
end

-- state: what a gateway said of this buyer's ticket or order in this sale.
function M.told(sale, user, state)
  if OVER[state] then
    held:delete(key_of(sale, user))
  end
end

function M.check(ctx)
  local place = held:get(key_of(ctx.sale, ctx.user))
  if not place then
    return nil
  end
  local gap = find(place, " ", 1, true)
  local number = tonumber(sub(place, 1, gap - 1))
  if waiting_place.left_out_of_turn(ctx.card, number) then
    held:delete(key_of(ctx.sale, ctx.user))
    return nil
  end
  local position, eta_ms, poll_ms = waiting_place.of(ctx.card, number)
  return "again", nil, ('{"ticket":"%s","number":%d,"position":%d,"etaMs":%d,"pollAfterMs":%d}'):format(
    sub(place, gap + 1), number, position, eta_ms, poll_ms)
end

return M
