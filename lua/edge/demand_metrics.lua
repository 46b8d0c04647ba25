-- Demand, shares and the hottest, for edge/metrics.lua. Buyers are not named there, only ranked.
local demand = require("edge.demand")
local report = require("edge.report")
local snapshot = require("edge.snapshot")

local SHOWN = 10

local M = {}

-- head(lines, name, kind, help) and line(lines, name, value) write.
function M.write(lines, head, line)
  local sum = demand.sum()
  local current = snapshot.current()
  head(lines, "sluice_door_info", "gauge", "This door's name, as the centre knows it.")
  line(lines, ('sluice_door_info{door="%s"}'):format(report.name), 1)
  head(lines, "sluice_door_level", "gauge", "The degradation level in force.")
  line(lines, "sluice_door_level", current and current.switches.level or "NaN")
  head(lines, "sluice_door_share", "gauge", "The admission share of each sale.")
  for _, card in ipairs(current and current.list or {}) do
    line(lines, ('sluice_door_share{sale="%d"}'):format(card.id), card.share)
  end
  for _, kind in ipairs({ "asked", "passed" }) do
    local name = ("sluice_door_%s_per_second"):format(kind)
    head(lines, name, "gauge", ("Verified clicks that %s the admission share."):format(kind))
    for sale, tally in pairs(sum.sales) do
      line(lines, ('%s{sale="%s"}'):format(name, sale), tally[kind])
    end
  end
  head(lines, "sluice_door_top_sale_calls_per_second", "gauge", "The hottest sales.")
  for rank = 1, math.min(SHOWN, #sum.top_sales) do
    local sale, rate = unpack(sum.top_sales[rank])
    line(lines, ('sluice_door_top_sale_calls_per_second{rank="%d",sale="%s"}'):format(rank, sale), rate)
  end
  head(lines, "sluice_door_top_user_calls_per_second", "gauge", "The hottest buyers, by rank.")
  for rank = 1, math.min(SHOWN, #sum.top_users) do
    line(lines, ('sluice_door_top_user_calls_per_second{rank="%d"}'):format(rank), sum.top_users[rank][2])
  end
end

return M
