-- JSON Web Tokens, HS256 only (RFC 7519).
local cjson = require("cjson.safe")
local ffi = require("ffi")
local base64 = require("ngx.base64")
local keys = require("edge.keys")
local mac = require("edge.mac")

ffi.cdef("size_t strspn(const char *text, const char *accepted);")

local C = ffi.C
local char, find, sub = string.char, string.find, string.sub

local MAC_TEXT = 43
local TOKEN_LIMIT = 2048
local VISIBLE = ""
for code = 0x21, 0x7e do
  VISIBLE = VISIBLE .. char(code)
end

local function object_of(part)
  local value = cjson.decode(base64.decode_base64url(part) or "")
  return type(value) == "table" and value or nil
end

-- Neither patterns nor short loops here and below: LuaJIT compiles neither, and every buyer's first click comes by.
local function is_buyer(name)
  return type(name) == "string" and #name >= 1 and #name <= 128 and tonumber(C.strspn(name, VISIBLE)) == #name
end

-- The parts of HEAD.BODY.MAC: where its dots stand, or nil. That the parts are base64url is seen when they are decoded,
-- and a MAC is compared as it is written.
local function dots_of(text)
  local first = find(text, ".", 1, true)
  local second = first and find(text, ".", first + 1, true)
  if not second or #text - second ~= MAC_TEXT then
    return nil
  end
  return first, second
end

-- The tokens of a shop nearly all begin alike: the header that was good last is not taken apart again.
local last_part, last_secret

-- The secret by which a token with this header is proved, or nil. The algorithm is fixed, whatever the header says; one that
-- names another (or needs an extension that is not understood here) is refused all the same. Only which of the known keys
-- it is may the header say.
local function secret_of(part)
  if part ~= last_part then
    local header = object_of(part)
    local secret = header and header.alg == "HS256" and header.crit == nil and keys.jwt(header.kid)
    if not secret then
      return nil
    end
    last_part, last_secret = part, secret
  end
  return last_secret
end

local M = {}

-- text: the token; now_s: seconds since 1970. Answers { sub, exp } of a good token, else nil.
function M.verify(text, now_s)
  if #text > TOKEN_LIMIT then
    return nil
  end
  local first, second = dots_of(text)
  if not first then
    return nil
  end
  local secret = secret_of(sub(text, 1, first - 1))
  if not secret or not mac.proves(sub(text, second + 1), secret, sub(text, 1, second - 1)) then
    return nil
  end
  local claims = object_of(sub(text, first + 1, second - 1))
  if not claims or not is_buyer(claims.sub) then
    return nil
  end
  local exp, nbf = claims.exp, claims.nbf
  if type(exp) ~= "number" or exp ~= exp or exp == math.huge or exp <= now_s then
    return nil
  end
  if nbf ~= nil and (type(nbf) ~= "number" or nbf ~= nbf or nbf > now_s) then
    return nil
  end
  return { sub = claims.sub, exp = exp }
end

return M
