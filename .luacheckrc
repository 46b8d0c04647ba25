-- `luacheck -q lua nginx`: lua/edge runs inside nginx, lua/redis inside Redis.
std = 'ngx_lua'
max_line_length = 125
files['lua/redis'] = {
  std = 'lua51',
  read_globals = {
    'KEYS', 'ARGV', 'redis', 'cjson', 'struct', 'bit', 'cmsgpack',
    -- Of parts/, which contract/scripts.ts puts in.
    'kept_place', 'end_keeping', 'give_back', 'move_on', 'absence', 'take_out_of_line',
    'note_requests', 'read_requests',
  },
}
files['lua/redis/parts'] = { ignore = { '211' } }
