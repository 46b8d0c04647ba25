-- What a gateway's answer about a ticket means for later polls, header phase. A ticket that a gateway has called
-- anything but waiting is never called waiting by this door again, however old its snapshot is.
local held = require("edge.held")

local places = ngx.shared.places
local counts = ngx.shared.counts

local REMEMBERED_S = 3600

local M = {}

function M.answered()
  local var = ngx.var
  local state = var.upstream_http_x_ticket_state
  if not state then
    return
  end
  places:set("answered_at", ngx.now() * 1000)
  if state ~= "waiting" then
    held.told(var.place:match("^%d+"), var.user_id, state)
    local _, _, forcible = places:set(var.place, true, REMEMBERED_S)
    if forcible then
      counts:incr("evictions:places", 1, 0)
    end
  end
end

-- When a gateway last said where a ticket stands, ms; 0 if never.
function M.answered_at()
  return places:get("answered_at") or 0
end

-- Whether the ticket at this place ("SALE.NUMBER") is known not to wait any more.
function M.is_gone(place)
  return places:get(place) == true
end

return M
