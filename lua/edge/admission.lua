-- The admission share: may this buyer try for a place now? The centre publishes a share from 0 to 1 for each sale. Every
-- buyer has a point from 0 to 1 in every sale, from a keyed hash, and is let in where it lies below the share. So
-- refreshing changes nothing, all doors decide alike, nobody can reckon a point without the key, and who is let in at
-- one share is let in at every higher one. Whoever has a ticket always passes.
local admitted = require("edge.admitted")
local demand = require("edge.demand")
local environment = require("edge.environment")
local tunables = require("edge.tunables")

local floor = math.floor

local M = {}

local function point_of(sale, user)
  -- A sale's ID has no bar in it, so no two pairs make the same text.
  local a, b, c, d, e, f = ngx.hmac_sha1(environment.edge_key, "share|" .. sale .. "|" .. user):byte(1, 6)
  return ((((((f / 256 + e) / 256 + d) / 256 + c) / 256 + b) / 256) + a) / 256
end

function M.check(ctx)
  local sale, user = ctx.sale, ctx.user
  local tally = demand.of(sale)
  if tally then
    demand.asked(tally, user)
  end
  local share = ctx.card.share
  if share < 1 then
    local point = point_of(sale, user)
    if point >= share and not admitted.has(ctx) then
      -- The share rises as places come free, so those nearest to it come again first; and not all at once.
      return "busy", tunables.admission_retry_s + floor((point - share) / (1 - share) * tunables.admission_spread_s)
    end
  end
  if tally then
    tally.passed = tally.passed + 1
  end
end

return M
