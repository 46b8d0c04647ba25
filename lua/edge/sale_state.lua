-- What buyers see of a sale at this moment: upcoming, open, sold_out, paused or ended.
local M = {}

-- card: of the snapshot; now: ms.
function M.of(card, now)
  local phase = card.phase
  if phase == "closed" or phase == "settled" or now >= card.closesAt then
    return "ended"
  end
  local switches = card.switches
  if phase == "paused" or switches.closed or switches["read-only"] then
    return "paused"
  end
  if now < card.opensAt then
    return "upcoming"
  end
  return card.soldOut and "sold_out" or "open"
end

return M
