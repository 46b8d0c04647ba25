-- Has ops (or a rule on load) switched this off? Closed: nothing is answered but time and sales. Read-only: nothing may be
-- changed. Events of payments come in all the same; they do not ask this.
local snapshot = require("edge.snapshot")
local tunables = require("edge.tunables")

local M = {}

-- What is in force for a request: for its sale where it names one, else for all. nil before the first snapshot.
function M.of(ctx)
  if ctx.card then
    return ctx.card.switches
  end
  local current = snapshot.current()
  if not current then
    return nil
  end
  if current.own_switches then
    -- A ticket is SALE.NUMBER..., an order SALE-NUMBER.
    local sale = ngx.var.uri:match("^/api/%a+/(%d+)[.-]")
    local card = sale and current.cards[sale]
    if card then
      return card.switches
    end
  end
  return current.switches
end

function M.check(ctx)
  local switches = M.of(ctx)
  if not switches then
    return nil
  end
  if switches.closed then
    return "unavailable", tunables.switched_off_retry_s
  end
  if switches["read-only"] then
    local method = ngx.req.get_method()
    if method ~= "GET" and method ~= "HEAD" then
      return "paused", tunables.switched_off_retry_s
    end
  end
end

return M
