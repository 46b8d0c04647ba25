-- How many different buyers, in bounded memory: HyperLogLog (Flajolet, Fusy, Gandouet, Meunier, 2007) with 512 registers,
-- so within about 5 %. Two of them unite by the larger register, hence one who clicks at two doors counts once
-- (gateway/admission/distinct-buyers.ts unites and estimates). The hash is no secret: this only counts.
local bit = require("bit")
local ffi = require("ffi")

local band, bxor, lshift, rshift = bit.band, bit.bxor, bit.lshift, bit.rshift
local crc32 = ngx.crc32_long

local REGISTERS = 512
local INDEX_BITS = 9
local HIGHEST = 32 - INDEX_BITS + 1
local FIRST_CHARACTER = 48

-- a * b modulo 2^32, in halves: a double holds 53 bits.
local function multiply(a, b)
  return bit.tobit(band(a, 0xffff) * b + lshift(band(rshift(a, 16) * b, 0xffff), 16))
end

-- CRC-32 alone keeps patterns of similar names; the finaliser of MurmurHash3 (A. Appleby, public domain) breaks them.
local function hash(text)
  local h = crc32(text)
  h = multiply(bxor(h, rshift(h, 16)), 0x85ebca6b)
  h = multiply(bxor(h, rshift(h, 13)), 0xc2b2ae35)
  return bxor(h, rshift(h, 16))
end

-- A double's exponent says which bit of a whole number is its highest.
local double = ffi.new("union { double value; struct { uint32_t low, high; } bits; }")

local EXPONENT_OF_TOP_BIT = 1023 + 31

-- One more than there are zeros before the first one of 32 bits; a loop that counts them is not compiled by LuaJIT.
local function rank_of(rest)
  if rest == 0 then
    return HIGHEST
  end
  double.value = rest
  return EXPONENT_OF_TOP_BIT - rshift(double.bits.high, 20) + 1
end

local M = {}

function M.new()
  return ffi.new("uint8_t[?]", REGISTERS)
end

function M.add(registers, text)
  local h = hash(text)
  local index = rshift(h, 32 - INDEX_BITS)
  local rank = rank_of(lshift(h, INDEX_BITS) % 2 ^ 32)
  if registers[index] < rank then
    registers[index] = rank
  end
end

-- One character a register, of any number of sets united.
function M.text(sets)
  local characters = {}
  for i = 0, REGISTERS - 1 do
    local most = 0
    for _, registers in ipairs(sets) do
      most = math.max(most, registers[i])
    end
    characters[i + 1] = string.char(FIRST_CHARACTER + most)
  end
  return table.concat(characters)
end

-- The union of two texts.
function M.unite(a, b)
  local characters = {}
  for i = 1, REGISTERS do
    characters[i] = string.char(math.max(a:byte(i), b:byte(i)))
  end
  return table.concat(characters)
end

return M
