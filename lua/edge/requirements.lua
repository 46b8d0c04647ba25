-- What must be there before the door opens: shared dicts, environment, and Lua that loads. Run in init_by_lua, so a
-- start (or a reload) with something missing fails and says what.
local DICTS = {
  "snapshot", "buys", "polls", "admitted", "places", "held", "blocks", "click_addresses", "challenges", "demand",
  "counts", "gateways",
}

local M = { DICTS = DICTS }

function M.check()
  for _, name in ipairs(DICTS) do
    if not ngx.shared[name] then
      error("nginx/tunables.conf: lua_shared_dict " .. name .. " is missing", 0)
    end
  end
  require("edge.environment")
  require("edge.funnel")
  require("edge.after_join")
  require("edge.after_order")
  require("edge.after_challenge")
  require("edge.latency")
  require("edge.sale_pages")
  require("edge.metrics")
  require("edge.balancer")
  require("edge.probe")
end

return M
