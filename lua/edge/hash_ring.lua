-- Consistent hashing (Karger et al., STOC 1997): each peer owns the arcs that end at its points on a ring, so that one
-- peer more or less moves only the keys of its own arcs. The points are MD5's, four from each digest, as in ketama:
-- CRC-32 is linear, and its points for "peer#1", "peer#2" lie in patterns.
local DIGESTS_PER_PEER = 40

local floor = math.floor

local M = {}

-- names: a list of different texts. Answers an opaque ring.
function M.new(names)
  local points = {}
  for index, name in ipairs(names) do
    for n = 1, DIGESTS_PER_PEER do
      local digest = ngx.md5_bin(name .. "#" .. n)
      for part = 0, 3 do
        local a, b, c, d = digest:byte(4 * part + 1, 4 * part + 4)
        points[#points + 1] = { at = ((a * 256 + b) * 256 + c) * 256 + d, index = index }
      end
    end
  end
  table.sort(points, function(p, q) return p.at < q.at or (p.at == q.at and p.index < q.index) end)
  local ring = { at = {}, index = {} }
  for i, point in ipairs(points) do
    ring.at[i], ring.index[i] = point.at, point.index
  end
  return ring
end

-- The index of the name that owns this key: the first point at or after its hash, around the ring.
function M.find(ring, key)
  local hash = ngx.crc32_short(key)
  local at = ring.at
  local low, high = 1, #at + 1
  while low < high do
    local middle = floor((low + high) / 2)
    if at[middle] < hash then
      low = middle + 1
    else
      high = middle
    end
  end
  return ring.index[low] or ring.index[1]
end

return M
