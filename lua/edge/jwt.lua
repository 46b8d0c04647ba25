-- JSON Web Tokens, HS256 only (RFC 7519).
local cjson = require("cjson.safe")
local base64 = require("ngx.base64")
local keys = require("edge.keys")
local mac = require("edge.mac")

local byte, find, sub = string.byte, string.find, string.sub

local MAC_TEXT = 43
local TOKEN_LIMIT = 2048

local function object_of(part)
  local value = cjson.decode(base64.decode_base64url(part) or "")
  return type(value) == "table" and value or nil
end

-- No patterns here and below: LuaJIT does not compile them, and every buyer's first click comes by.
local function is_buyer(name)
  if type(name) ~= "string" or #name < 1 or #name > 128 then
    return false
  end
  for i = 1, #name do
    local character = byte(name, i)
    if character < 0x21 or character > 0x7e then
      return false
    end
  end
  return true
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
  -- The algorithm is fixed, whatever the header says; one that names another (or needs an extension that is not
  -- understood here) is refused all the same. Only which of the known keys it is may the header say.
  local header = object_of(sub(text, 1, first - 1))
  if not header or header.alg ~= "HS256" or header.crit ~= nil then
    return nil
  end
  local secret = keys.jwt(header.kid)
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
