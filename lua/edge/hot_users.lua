-- Counts calls of a verified buyer among the hottest; refuses nobody. The centre names those who ask too often, and
-- every door makes them wait longer between two clicks (edge/user_limit.lua).
local demand = require("edge.demand")
local snapshot = require("edge.snapshot")
local tunables = require("edge.tunables")

local M = {}

function M.check(ctx)
  demand.hot_user(ctx.user)
end

-- The time between two clicks of this buyer, ms.
function M.buy_interval_ms(user)
  local current = snapshot.current()
  if current and current.hot_users[user] then
    return tunables.hot_buy_interval_ms
  end
  return tunables.buy_interval_ms
end

return M
