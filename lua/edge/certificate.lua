-- When this door's certificate ends, for edge/metrics.lua. The file is read anew each time, so that a renewed one shows.
local M = {}

local SEQUENCE, INTEGER, UTC_TIME = 0x30, 0x02, 0x17
local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

-- One element of DER (ITU-T X.690): its tag, where its content begins, and where the next element does.
local function element(der, at)
  local tag, length = der:byte(at, at + 1)
  local from = at + 2
  if length >= 0x80 then
    local digits = length - 0x80
    length = 0
    for i = from, from + digits - 1 do
      length = length * 256 + der:byte(i)
    end
    from = from + digits
  end
  return tag, from, from + length
end

local function inside(der, at)
  local tag, from = element(der, at)
  assert(tag == SEQUENCE)
  return from
end

local function behind(der, at, wanted)
  local tag, _, next_at = element(der, at)
  assert(tag == wanted)
  return next_at
end

-- Seconds since 1970 of YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ (RFC 5280, 4.1.2.5).
local function seconds(tag, text)
  if tag == UTC_TIME then
    text = (tonumber(text:sub(1, 2)) < 50 and "20" or "19") .. text
  end
  local year, month, day, clock = text:match("^(%d%d%d%d)(%d%d)(%d%d)(%d+)Z$")
  local hour, minute, second = clock:match("^(%d%d)(%d%d)(%d%d)$")
  -- nginx skips the name of the day.
  local date = ("Mon, %s %s %s %s:%s:%s GMT"):format(day, MONTHS[tonumber(month)], year, hour, minute, second)
  return ngx.parse_http_time(date)
end

-- A certificate is a sequence with, first, a sequence of: [0] version, serial number, algorithm, issuer, validity, …
local function end_of(der)
  local at = inside(der, inside(der, 1))
  local tag, _, behind_version = element(der, at)
  if tag == 0xA0 then
    at = behind_version
  end
  at = behind(der, at, INTEGER)
  at = behind(der, at, SEQUENCE)
  at = behind(der, at, SEQUENCE)
  local _, _, not_after = element(der, inside(der, at))
  local kind, from, next_at = element(der, not_after)
  return seconds(kind, der:sub(from, next_at - 1))
end

-- Seconds since 1970 at which the first certificate of a PEM file ends; nil where there is none that can be read.
function M.ends_at(path)
  local file = path ~= "" and io.open(path, "r")
  if not file then
    return nil
  end
  local text = file:read("*a")
  file:close()
  local body = text:match("BEGIN CERTIFICATE%-%-%-%-%-(.-)%-%-%-%-%-END")
  local der = body and ngx.decode_base64((body:gsub("%s", "")))
  if not der then
    return nil
  end
  local ok, at = pcall(end_of, der)
  return ok and at or nil
end

return M
