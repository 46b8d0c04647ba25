-- Does the ticket still wait, beyond doubt? Then the door says so itself. Near the head, out of the line, or in a sale
-- that is over, a gateway is asked.
--
-- What makes it true. Tickets leave the line from its head, in the order of their numbers and not faster than the
-- sale's fastest rate: what is further behind the highest number released than the rate can have come since the
-- snapshot was written still waits. Who leaves out of turn is marked in the snapshot (`gone`), and remembered by this
-- door from the gateway's own answer. After a Redis loss `served` stands above all numbers of earlier epochs, so their
-- tickets ask a gateway, which brings them back. Places given back are below `served`, so they ask a gateway too.
-- Numbers up to `reach` are next: their buyers show to the gateways that they are still there.
local after_ticket = require("edge.after_ticket")
local refusals = require("edge.refusals")
local sale_state = require("edge.sale_state")
local say = require("edge.say")
local snapshot = require("edge.snapshot")
local tallies = require("edge.tallies")
local tunables = require("edge.tunables")
local waiting_place = require("edge.waiting_place")

-- The highest number that may have been released, if the release went on for `lag_ms` after the snapshot was written.
local function released_most(card, lag_ms)
  return card.served + tunables.near_tickets + card.fastest * (tunables.near_ms + math.max(0, lag_ms)) / 1000
end

local function say_waiting(card, number, running, question)
  local position = waiting_place.position(card, number)
  local eta_ms
  if running and card.perSecond > 0 and position <= card.free then
    eta_ms = math.ceil(position * 1000 / card.perSecond)
  end
  -- A paused line may go on at any time, but nobody's turn is missed by a slow poll: near tickets ask a gateway.
  local switches = card.switches
  local beyond = position - math.max(0, card.free)
  local poll_ms = waiting_place.poll_after_ms(eta_ms, beyond, card.pollMs, switches["poll-factor"])
  tallies.said(card, "poll", "waiting", question)
  return say(('{"state":"waiting","position":%d,%s"pollAfterMs":%d}'):format(
    position, eta_ms and switches.eta and ('"etaMs":%d,'):format(eta_ms) or "", poll_ms))
end

-- The card of a sale in which tickets wait, and whether its line moves.
local function card_of(sale, now)
  local current = snapshot.current()
  local card = current and current.cards[sale]
  if not card then
    return nil
  end
  local state = sale_state.of(card, now)
  if state ~= "open" and state ~= "paused" then
    return nil
  end
  return card, state == "open", current.at
end

local function is_get()
  local method = ngx.req.get_method()
  return method == "GET" or method == "HEAD"
end

local M = {}

function M.check(ctx)
  local ticket = ctx.ticket
  if not is_get() then
    return
  end
  local card, running, written_at = card_of(ticket.sale, ctx.now)
  if card and ticket.number > card.reach and ticket.number > released_most(card, ctx.now - written_at)
      and not waiting_place.left_out_of_turn(card, ticket.number) and not after_ticket.is_gone(ticket.place) then
    return say_waiting(card, ticket.number, running, "still_waiting")
  end
end

-- No gateway took the request, or none has answered it: question says which. Without gateways nothing is released: what was
-- waiting when one last answered, waits.
function M.or_unavailable(call, question)
  local sale, text = ngx.var.place:match("^(%d+)%.(%d+)$")
  local number = tonumber(text)
  if number and is_get() then
    local card, running, written_at = card_of(sale, ngx.now() * 1000)
    if card and number > released_most(card, after_ticket.answered_at() - written_at)
        and not waiting_place.left_out_of_turn(card, number) and not after_ticket.is_gone(ngx.var.place) then
      ngx.status = 200
      return say_waiting(card, number, running, question)
    end
  end
  local current = snapshot.current()
  tallies.said(current and current.cards[sale], call, "unavailable", question)
  return refusals.say("unavailable")
end

return M
