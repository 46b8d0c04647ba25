-- Places of buyers who were passed over because they stopped asking: `away` says until when each is kept,
-- `kept` which number it is and for how many units.

-- The place kept for a buyer: its number (text) and quantity, or nil.
local function kept_place(kept, buyer)
  local entry = redis.call('HGET', kept, buyer)
  if not entry then
    return nil
  end
  local number, quantity = string.match(entry, '^(%d+),(%d+)$')
  return number, tonumber(quantity)
end

local function end_keeping(away, kept, buyer)
  redis.call('ZREM', away, buyer)
  redis.call('HDEL', kept, buyer)
end

-- The buyer is back: the place stands in the line again, at its number. Gives the quantity; nil where none is kept.
local function give_back(card, line, wants, away, kept, buyer)
  local number, quantity = kept_place(kept, buyer)
  if not number then
    return nil
  end
  end_keeping(away, kept, buyer)
  redis.call('ZADD', line, number, buyer)
  if quantity > 1 then
    redis.call('HSET', wants, number, quantity)
  end
  redis.call('HINCRBY', card, 'waiting', quantity)
  return quantity
end
