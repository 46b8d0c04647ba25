-- What is asked of each sale at this door: clicks that came to the admission share, those it let pass, and how many
-- different buyers they were in the last 5 to 10 s. Each worker counts in its own memory, so a click takes no lock, and
-- lays what it has counted into the shared dict twice a second; one of them reports the sum (edge/report.lua).
local cjson = require("cjson.safe")
local distinct = require("edge.distinct")
local top_k = require("edge.top_k")

local dict = ngx.shared.demand
local counts = ngx.shared.counts

local FLUSH_S = 0.5
local KEPT_S = 3
local SLOT_S = 5
-- Sales in one report; more than so many are not sold at once, and what is not counted is not held back.
local MOST_SALES = 32
local TOP_SALES, TOP_USERS = 32, 64
-- Fewer calls than this in a flush are not worth a line.
local LEAST_COUNT = 3

local sales, sales_kept = {}, 0
local top_sales, top_users = top_k.new(TOP_SALES), top_k.new(TOP_USERS)
local flushed_at, slot_ends = ngx.now(), ngx.now() + SLOT_S

local M = {}

-- The tally of a sale in this worker, or nil where too many are counted already.
function M.of(sale)
  local tally = sales[sale]
  if not tally and sales_kept < MOST_SALES then
    tally = { asked = 0, passed = 0, now = distinct.new(), before = distinct.new() }
    sales[sale], sales_kept = tally, sales_kept + 1
  end
  return tally
end

function M.asked(tally, user)
  tally.asked = tally.asked + 1
  distinct.add(tally.now, user)
end

M.hot_sale = top_sales.add
M.hot_user = top_users.add

-- A second slot begins: buyers who were not seen in the last two are offline, sales that nobody asked for are forgotten.
local function turn_slots()
  for sale, tally in pairs(sales) do
    if not tally.seen then
      sales[sale], sales_kept = nil, sales_kept - 1
    end
    tally.seen, tally.before, tally.now = false, tally.now, distinct.new()
  end
end

local function rates(list, elapsed)
  for _, entry in ipairs(list) do
    entry[2] = entry[2] / elapsed
  end
  return list
end

-- Every worker, by its timer.
function M.flush()
  local now = ngx.now()
  local elapsed = now - flushed_at
  if elapsed < FLUSH_S then
    return
  end
  flushed_at = now
  local own = { sales = {}, top_sales = rates(top_sales.take(LEAST_COUNT), elapsed) }
  own.top_users = rates(top_users.take(LEAST_COUNT), elapsed)
  for sale, tally in pairs(sales) do
    tally.seen = tally.seen or tally.asked > 0
    own.sales[sale] = {
      asked = tally.asked / elapsed,
      passed = tally.passed / elapsed,
      buyers = distinct.text({ tally.now, tally.before }),
    }
    tally.asked, tally.passed = 0, 0
  end
  if now >= slot_ends then
    slot_ends = now + SLOT_S
    turn_slots()
  end
  local _, _, forcible = dict:set(ngx.worker.id(), cjson.encode(own), KEPT_S)
  if forcible then
    counts:incr("evictions:demand", 1, 0)
  end
end

local function add_rates(sums, list)
  for _, entry in ipairs(list) do
    sums[entry[1]] = (sums[entry[1]] or 0) + entry[2]
  end
end

local function heaviest(sums, most)
  local list = {}
  for item, rate in pairs(sums) do
    list[#list + 1] = { item, rate }
  end
  table.sort(list, function(a, b) return a[2] > b[2] end)
  for i = #list, most + 1, -1 do
    list[i] = nil
  end
  return list
end

-- All workers together: { sales = { [sale] = { asked, passed (a second), buyers } }, top_sales, top_users }, the tops as
-- { { item, calls a second }, ... }, heaviest first.
function M.sum()
  local sum, hot_sales, hot_users = { sales = {} }, {}, {}
  for worker = 0, ngx.worker.count() - 1 do
    local own = cjson.decode(dict:get(worker) or "null")
    if type(own) == "table" then
      add_rates(hot_sales, own.top_sales)
      add_rates(hot_users, own.top_users)
      for sale, tally in pairs(own.sales) do
        local all = sum.sales[sale]
        if all then
          all.asked, all.passed = all.asked + tally.asked, all.passed + tally.passed
          all.buyers = distinct.unite(all.buyers, tally.buyers)
        else
          sum.sales[sale] = tally
        end
      end
    end
  end
  sum.top_sales, sum.top_users = heaviest(hot_sales, TOP_SALES), heaviest(hot_users, TOP_USERS)
  return sum
end

return M
