-- JSON Web Tokens, HS256 only (RFC 7519).
local cjson = require("cjson.safe")
local base64 = require("ngx.base64")
local keys = require("edge.keys")
local mac = require("edge.mac")

local MAC_TEXT = 43
local TOKEN_LIMIT = 2048

local function object_of(part)
  local value = cjson.decode(base64.decode_base64url(part) or "")
  return type(value) == "table" and value or nil
end

local function is_buyer(sub)
  return type(sub) == "string" and #sub >= 1 and #sub <= 128 and not sub:find("[^!-~]")
end

local M = {}

-- text: the token; now_s: seconds since 1970. Answers { sub, exp } of a good token, else nil.
function M.verify(text, now_s)
  if #text > TOKEN_LIMIT then
    return nil
  end
  local signed, head, body, signature = text:match("^(([%w_-]+)%.([%w_-]+))%.([%w_-]+)$")
  if not signed or #signature ~= MAC_TEXT then
    return nil
  end
  -- The algorithm is fixed, whatever the header says; one that names another (or needs an extension that is not
  -- understood here) is refused all the same. Only which of the known keys it is may the header say.
  local header = object_of(head)
  if not header or header.alg ~= "HS256" or header.crit ~= nil then
    return nil
  end
  local secret = keys.jwt(header.kid)
  if not secret or not mac.proves(signature, secret, signed) then
    return nil
  end
  local claims = object_of(body)
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
