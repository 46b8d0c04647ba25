-- Ends a request with JSON that the door itself knows.
return function(body)
  local header = ngx.header
  header.content_type = "application/json"
  header.content_length = #body
  header.cache_control = "no-store"
  ngx.print(body)
  return ngx.exit(ngx.HTTP_OK)
end
