-- Signed tickets, as contract/ticket.ts writes them: SALE.NUMBER.QUANTITY.EXPIRES.BUYER.MAC
local base64 = require("ngx.base64")
local lrucache = require("resty.lrucache")
local keys = require("edge.keys")
local mac = require("edge.mac")
local tunables = require("edge.tunables")

local MAC_TEXT = 22
-- What has the right MAC was written by a gateway: the form only takes it apart.
local FORM = "^(((%d+)%.(%d+))%.%d+%.(%d+)%.([%w_-]+))%.([%w_-]+)$"

local verified = assert(lrucache.new(tunables.verified_tickets))

-- A ticket names no key: each is tried, the newest first.
local function is_signed(proof, text)
  for i = 1, #keys.tickets do
    if mac.proves(proof, keys.tickets[i], text) then
      return true
    end
  end
  return false
end

local M = {}

-- now_s: seconds since 1970. Answers { sale (text), number, buyer, place: "SALE.NUMBER" } of a good ticket that has not
-- expired, else nil. A ticket verified before costs no crypto.
function M.read(text, now_s)
  local ticket = verified:get(text)
  if not ticket then
    local signed, place, sale, number, expires, buyer, proof = text:match(FORM)
    if not signed or #proof ~= MAC_TEXT or not is_signed(proof, "ticket|" .. signed) then
      return nil
    end
    ticket = {
      sale = sale,
      number = tonumber(number),
      buyer = base64.decode_base64url(buyer),
      place = place,
      expires_s = tonumber(expires),
    }
    verified:set(text, ticket)
  end
  -- Asked of remembered tickets too.
  if ticket.expires_s <= now_s then
    return nil
  end
  return ticket
end

return M
