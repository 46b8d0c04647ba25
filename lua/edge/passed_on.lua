-- Of what was passed on to a gateway: which call it is, and the card of its sale. It stands in nginx variables, which
-- outlive the jump to a named location; ngx.ctx does not.
local snapshot = require("edge.snapshot")

local M = {}

-- Whether the funnel has let this request go on.
function M.is()
  return ngx.var.edge_key ~= ""
end

-- The call: "click", "poll", "leave", "challenge" or "other" (nginx/funnel_variables.conf). The card: nil where the sale
-- is not of the snapshot.
function M.of()
  local var = ngx.var
  local call = var.call
  local current = snapshot.current()
  if not current or call == "other" then
    return call
  end
  local sale = (call == "poll" or call == "leave") and var.place:match("^%d+") or var.sale
  return call, current.cards[sale]
end

return M
