-- `luacheck -q lua nginx`: lua/edge runs inside nginx, lua/redis inside Redis.
std = 'ngx_lua'
max_line_length = 125
files['lua/redis'] = {
  std = 'lua51',
  read_globals = {
    'KEYS', 'ARGV', 'redis', 'cjson', 'struct', 'bit', 'cmsgpack',
    -- Of parts/, which contract/scripts.ts puts in.
    'kept_place', 'end_keeping', 'give_back', 'take_out_of_line', 'note_requests', 'read_requests',
    'begin_turn', 'say_more', 'why_over', 'lend', 'send', 'send_overdue', 'send_late', 'call_head', 'absence',
    'may_go', 'take_head', 'keep_places', 'put_in_flight',
  },
}
files['lua/redis/parts'] = { ignore = { '211' } }
