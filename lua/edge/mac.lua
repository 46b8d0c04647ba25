-- HMAC-SHA256 as base64url text, for tokens and tickets. It comes from the libcrypto that nginx has loaded.
local ffi = require("ffi")
local base64 = require("ngx.base64")

ffi.cdef([[
const void *EVP_sha256(void);
unsigned char *HMAC(const void *evp_md, const void *key, int key_len,
                    const unsigned char *data, size_t data_len, unsigned char *md, unsigned int *md_len);
int CRYPTO_memcmp(const void *a, const void *b, size_t len);
]])

local SHA256 = ffi.C.EVP_sha256()
local BYTES = 32
local bytes = ffi.new("unsigned char[?]", BYTES)

local M = {}

-- Is `mac` the first #mac characters of the text's MAC? Takes as long whatever differs. The caller knows the length.
function M.proves(mac, secret, text)
  if ffi.C.HMAC(SHA256, secret, #secret, text, #text, bytes, nil) == nil then
    return false
  end
  local expected = base64.encode_base64url(ffi.string(bytes, BYTES))
  return #mac > 0 and #mac <= #expected and ffi.C.CRYPTO_memcmp(expected, mac, #mac) == 0
end

return M
