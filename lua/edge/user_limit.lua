-- One click on "buy" for each verified buyer and sale in buy_interval_ms, or longer for one who asks too often. An
-- unverified name never gets here, so nobody can lock another out.
local hot_users = require("edge.hot_users")

local buys = ngx.shared.buys
local counts = ngx.shared.counts

local M = {}

local function key_of(ctx)
  return ctx.sale .. ":" .. ctx.user
end

function M.check(ctx)
  local key = key_of(ctx)
  -- add is atomic over all workers: of two clicks at once, one gets in.
  local interval_ms = hot_users.buy_interval_ms(ctx.user) * (ctx.strictness or 1)
  local ok, err, forcible = buys:add(key, true, interval_ms / 1000)
  if not ok then
    if err ~= "exists" then
      return "busy"
    end
    return "too_many_requests", math.max(1, math.ceil(buys:ttl(key) or 1))
  end
  if forcible then
    counts:incr("evictions:buys", 1, 0)
  end
end

-- After a 503 the buyer may click again at once: it was not his fault. (A 503 that comes later than the interval may
-- give back a younger click of the same buyer: one click more, and a join is idempotent.)
function M.give_back(ctx)
  buys:delete(key_of(ctx))
end

return M
