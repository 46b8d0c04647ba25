-- Keeps the shared dict `blocks` (buyer -> risk score) as Redis has it: pulled whole whenever the snapshot names another
-- version of the list. A version that can not be pulled, or the list of a Redis that has lost it, changes nothing: who was
-- blocked stays blocked until a gateway has written the list again.
local pull = require("edge.pull")

local dict = ngx.shared.blocks
local snapshot = ngx.shared.snapshot

local M = {}

-- version: of the snapshot; nil where it has none. Answers true, or nil and the reason.
function M.follow(version)
  if type(version) ~= "string" or version == snapshot:get("blocks_version") then
    return true
  end
  local list, reason = pull.blocks()
  if not list then
    return nil, reason
  end
  -- New ones first, then those that are gone: nobody who is on both lists is free for a moment.
  for buyer, score in pairs(list) do
    local ok, err = dict:safe_set(buyer, score)
    if not ok then
      return nil, "lua_shared_dict blocks: " .. err
    end
  end
  for _, buyer in ipairs(dict:get_keys(0)) do
    if not list[buyer] then
      dict:delete(buyer)
    end
  end
  snapshot:set("blocks_version", version)
  return true
end

return M
