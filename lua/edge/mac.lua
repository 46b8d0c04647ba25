-- HMAC-SHA256 (RFC 2104) as base64url text, for tokens and tickets. The hash comes from the libcrypto that nginx has
-- loaded. What a key alone decides is hashed once: libcrypto's own HMAC() begins by looking its algorithm up, each time,
-- which takes longer than a token's hash.
local bit = require("bit")
local ffi = require("ffi")
-- It declares ngx_encode_base64url.
require("ngx.base64")

ffi.cdef([[
typedef struct { uint32_t h[8], bits[2], block[16]; unsigned int in_block, md_len; } sluice_sha256;
int SHA256_Init(sluice_sha256 *c);
int SHA256_Update(sluice_sha256 *c, const void *data, size_t len);
int SHA256_Final(unsigned char *md, sluice_sha256 *c);
int CRYPTO_memcmp(const void *a, const void *b, size_t len);
]])

local C = ffi.C
local BLOCK, BYTES, TEXT = 64, 32, 43
local INNER, OUTER = 0x36, 0x5c
local Hash = ffi.typeof("sluice_sha256")
local hash, bytes = Hash(), ffi.new("unsigned char[?]", BYTES)
-- Room for one character more: it is written in groups of four.
local text_of_bytes = ffi.new("unsigned char[?]", TEXT + 1)
local from = ffi.new("ngx_str_t[1]", { { BYTES, bytes } })
local to = ffi.new("ngx_str_t[1]", { { TEXT + 1, text_of_bytes } })

local function hash_of(text)
  C.SHA256_Init(hash)
  C.SHA256_Update(hash, text, #text)
  C.SHA256_Final(bytes, hash)
  return ffi.string(bytes, BYTES)
end

-- The hash after its first block: the key, each byte XOR the pad.
local function begun(key, pad)
  local block = ffi.new("unsigned char[?]", BLOCK)
  for i = 0, BLOCK - 1 do
    block[i] = bit.bxor(key:byte(i + 1) or 0, pad)
  end
  local state = Hash()
  C.SHA256_Init(state)
  C.SHA256_Update(state, block, BLOCK)
  return state
end

-- Of each secret, of which there are a handful: { inner, outer }.
local begins = {}

local function begins_of(secret)
  local key = #secret > BLOCK and hash_of(secret) or secret
  local both = { begun(key, INNER), begun(key, OUTER) }
  begins[secret] = both
  return both
end

local M = {}

-- Is `mac` the first #mac characters of the text's MAC? Takes as long whatever differs. The caller knows the length.
function M.proves(mac, secret, text)
  local both = begins[secret] or begins_of(secret)
  ffi.copy(hash, both[1], ffi.sizeof(Hash))
  C.SHA256_Update(hash, text, #text)
  C.SHA256_Final(bytes, hash)
  ffi.copy(hash, both[2], ffi.sizeof(Hash))
  C.SHA256_Update(hash, bytes, BYTES)
  C.SHA256_Final(bytes, hash)
  C.ngx_encode_base64url(to, from)
  return #mac > 0 and #mac <= TEXT and C.CRYPTO_memcmp(text_of_bytes, mac, #mac) == 0
end

return M
