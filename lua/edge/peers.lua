-- The servers behind the door, in tagged groups: "flash" for the sale, "shop" for the shop's own. The rendered nginx.conf
-- names them. A peer: { id, name, address, port, flying, out, late, out_key, late_key }; flying, out and late are this
-- worker's view.
local ffi = require("ffi")
local hash_ring = require("edge.hash_ring")

ffi.cdef([[
struct sluice_hostent { char *h_name; char **h_aliases; int h_addrtype; int h_length; char **h_addr_list; };
struct sluice_hostent *gethostbyname(const char *name);
]])
local AF_INET = 2

-- nginx's balancer takes addresses only. Names are looked up once, at the start, as nginx itself does it.
local function address_of(host)
  if host:find("^%d+%.%d+%.%d+%.%d+$") then
    return host
  end
  local found = ffi.C.gethostbyname(host)
  if found == nil or found.h_addrtype ~= AF_INET or found.h_addr_list[0] == nil then
    ngx.log(ngx.ERR, "gateway ", host, " has no IPv4 address: it gets nothing")
    return nil
  end
  return table.concat({ ffi.string(found.h_addr_list[0], 4):byte(1, 4) }, ".")
end

local function group_of(tag, names)
  local list = {}
  for _, name in ipairs(names) do
    local host, port = name:match("^(.+):(%d+)$")
    local address = address_of(host)
    if address then
      local id = tag .. "/" .. name
      list[#list + 1] = {
        id = id,
        name = name,
        address = address,
        port = tonumber(port),
        flying = 0,
        out = false,
        late = false,
        out_key = "out:" .. id,
        late_key = "late:" .. id,
      }
    end
  end
  local known = {}
  for i, peer in ipairs(list) do
    known[i] = peer.name
  end
  return { tag = tag, list = list, ring = hash_ring.new(known), flying = 0, turn = 0, usable = #list }
end

-- groups by tag (`usable`: how many peers are not out); by_id: { peer, group } of every peer; all: every peer.
local M = { groups = {}, by_id = {}, all = {} }

-- Called once by each worker. groups: { flash = { "host:port", … }, … }.
function M.set(groups)
  for tag, names in pairs(groups) do
    local group = group_of(tag, names)
    M.groups[tag] = group
    for _, peer in ipairs(group.list) do
      M.by_id[peer.id] = { peer = peer, group = group }
      M.all[#M.all + 1] = peer
    end
  end
end

return M
