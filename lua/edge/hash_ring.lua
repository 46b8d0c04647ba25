-- Consistent hashing (Karger et al., STOC 1997): each peer owns the arcs that end at its points on a ring, so that one
-- peer more or less moves only the keys of its own arcs. The points are MD5's, four from each digest, as in ketama:
-- CRC-32 is linear, and its points for "peer#1", "peer#2" lie in patterns. Who owns which part of the ring is written down
-- once, in places all of one size: a look takes no search, whose branches LuaJIT can not foresee.
local bit = require("bit")
local ffi = require("ffi")

local rshift = bit.rshift
local crc32 = ngx.crc32_short

local DIGESTS_PER_PEER = 40
local PLACE_BITS = 14
local PLACES = 2 ^ PLACE_BITS
local PLACE_WIDTH = 2 ^ (32 - PLACE_BITS)

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
  local owners = ffi.new("uint16_t[?]", PLACES)
  local next_point = 1
  for place = 0, PLACES - 1 do
    while next_point <= #points and points[next_point].at < place * PLACE_WIDTH do
      next_point = next_point + 1
    end
    local owner = points[next_point] or points[1]
    owners[place] = owner and owner.index or 0
  end
  return owners
end

-- The index of the name that owns this key (0: there is none): of the first point at or after its place, around the ring.
function M.find(ring, key)
  return ring[rshift(crc32(key), 32 - PLACE_BITS)]
end

return M
