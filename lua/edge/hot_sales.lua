-- Counts calls for a sale among the hottest; refuses nobody.
local demand = require("edge.demand")

local M = {}

function M.check(ctx)
  demand.hot_sale(ctx.sale)
end

return M
