-- The heaviest items of a stream in bounded memory: space-saving (Metwally, Agrawal, El Abbadi: Efficient Computation of
-- Frequent and Top-k Elements in Data Streams, ICDT 2005). Of N counted, an item that came more than N/k times is in it;
-- its count is too high by at most its error, so count - error is certain.
local M = {}

-- k: how many items are kept. A full table gives the place of its lightest item to a newcomer, with its count as error.
function M.new(k)
  local items, counts, errors, place, size, total = {}, {}, {}, {}, 0, 0
  -- No count is below `least`, and all that stands before the cursor has been seen above it since it rose.
  local least, cursor, passed_over = 1, 1, 0
  local top = {}

  local function step()
    cursor = cursor % k + 1
    passed_over = passed_over + 1
    if passed_over == k then
      least, passed_over = least + 1, 0
    end
  end

  -- The place of a lightest item, which is about to be counted. Counts only grow, so the walk goes on where it stopped, and
  -- the next one begins behind this place: where all come once, no step is left to do.
  local function lightest()
    while counts[cursor] > least do
      step()
    end
    local at = cursor
    step()
    return at
  end

  function top.add(item)
    total = total + 1
    local at = place[item]
    if at then
      counts[at] = counts[at] + 1
      return
    end
    if size < k then
      size = size + 1
      at = size
      errors[at], counts[at] = 0, 1
    else
      at = lightest()
      place[items[at]] = nil
      errors[at] = counts[at]
      counts[at] = counts[at] + 1
    end
    items[at], place[item] = item, at
  end

  -- { { item, certain count }, ... } of those that came `at_least` times for certain, heaviest first, and all that was
  -- counted; then it begins again.
  function top.take(at_least)
    local list, counted = {}, total
    for i = 1, size do
      local certain = counts[i] - errors[i]
      if certain >= at_least then
        list[#list + 1] = { items[i], certain }
      end
    end
    table.sort(list, function(a, b) return a[2] > b[2] end)
    items, counts, errors, place, size, total = {}, {}, {}, {}, 0, 0
    least, cursor, passed_over = 1, 1, 0
    return list, counted
  end

  return top
end

return M
