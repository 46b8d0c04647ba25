-- Makes one function of a list of questions: their checks one after the other, as if written down by hand. A loop over
-- the list costs a click more than most questions do: LuaJIT compiles it as a loop of calls that it can not foresee.
-- Takes modules with check(ctx). Gives function(ctx): the first refusal (code, Retry-After seconds, members), or nil.
return function(questions)
  local names, checks, lines = {}, {}, {}
  for i = 1, #questions do
    names[i] = "ask" .. i
    checks[i] = questions[i].check
    lines[i] = ("code, retry_after_s, members = ask%d(ctx)\nif code then return code, retry_after_s, members end"):format(i)
  end
  return assert(loadstring(([[
local %s = ...
return function(ctx)
  local code, retry_after_s, members
  %s
end]]):format(table.concat(names, ", "), table.concat(lines, "\n  ")), "=funnel"))(unpack(checks))
end
