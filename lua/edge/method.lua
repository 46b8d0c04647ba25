-- Is the method one of this call's? ctx.allow is one of the sets here.
local M = {
  READ = { GET = true, HEAD = true, text = "GET, HEAD" },
  READ_OR_DELETE = { GET = true, HEAD = true, DELETE = true, text = "GET, HEAD, DELETE" },
  READ_OR_POST = { GET = true, HEAD = true, POST = true, text = "GET, HEAD, POST" },
  GET_OR_POST = { GET = true, POST = true, text = "GET, POST" },
  POST = { POST = true, text = "POST" },
}

function M.check(ctx)
  if ctx.allow[ngx.req.get_method()] ~= true then
    return "method_not_allowed"
  end
end

return M
