-- Makes one function of a list of questions: their checks one after the other, as if written down by hand. A loop over
-- the list costs a click more than most questions do: LuaJIT compiles it as a loop of calls that it can not foresee.
local function name_of(question)
  for name, module in pairs(package.loaded) do
    if module == question then
      return name:match("^edge%.([%w_]+)$")
    end
  end
end

local STEP = "code, retry_after_s, members = ask%d(ctx)\n  if code then return code, retry_after_s, members, %q end"
local WHOLE = [[
local %s = ...
return function(ctx)
  local code, retry_after_s, members
  %s
end]]

-- Takes modules with check(ctx). Gives function(ctx): the first refusal (code, Retry-After seconds, members) and the name
-- of the question that refused, or nil.
return function(questions)
  local names, checks, steps = {}, {}, {}
  for i, question in ipairs(questions) do
    names[i] = "ask" .. i
    checks[i] = question.check
    steps[i] = STEP:format(i, name_of(question) or "other")
  end
  local source = WHOLE:format(table.concat(names, ", "), table.concat(steps, "\n  "))
  return assert(loadstring(source, "=funnel"))(unpack(checks))
end
