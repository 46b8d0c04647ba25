-- Does a POST say that its body is JSON? One without body and type may go on: an empty body is "no wishes".
local M = {}

function M.check(ctx)
  if not ctx.allow.POST then
    return nil
  end
  local var = ngx.var
  local media_type = var.content_type
  -- As nearly everybody says it; patterns are slow.
  if media_type == "application/json" then
    return nil
  end
  if not media_type or media_type == "" then
    local length = var.http_content_length
    if not var.http_transfer_encoding and (not length or length == "0") then
      return nil
    end
    return "unsupported_type"
  end
  local name = media_type:lower():match("^application/json%s*(.?)")
  if not name or (name ~= "" and name ~= ";") then
    return "unsupported_type"
  end
end

return M
