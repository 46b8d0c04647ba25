-- What may leave the line in this turn: the token bucket in the card, which all gateways share. turn: see there.
local MESSAGES_A_CALL = 20

-- Gives how many tickets are due, and when the next are.
local function due_now(turn)
  local card, now = turn.card, turn.now
  local batch, every, due = card.batch, card.every, card.due
  if every == 0 then
    local window = card.window or turn.limits.window
    -- Nothing to make up for when the rate becomes a fixed one.
    return math.min(window - redis.call('HLEN', turn.keys.flight), turn.limits.message_tickets * MESSAGES_A_CALL), now
  end
  -- Further away than one period: of an earlier rate, a slower one. Whoever sets a faster one is not kept waiting for it.
  if due > now + every then
    due = now
  end
  if now < due then
    return 0, due
  end
  -- A tick that comes late makes up for the batches it missed, but only where they were missed for lack of a tick.
  if card.hungry ~= 1 then
    return batch, now + every
  end
  local periods = math.min(math.floor((now - due) / every) + 1, 10)
  return batch * periods, due + periods * every
end

-- { kind, tickets and units at most, due }; nil where nothing may go. over: why nobody gets anything any more; then all go
-- with that answer, without a rate.
local function may_go(turn, free, over)
  local card = turn.card
  if over then
    return { kind = over, tickets = turn.limits.message_tickets * MESSAGES_A_CALL, units = card.waiting, due = card.due }
  end
  if card.phase ~= 'published' or turn.now < card.opens or free <= 0 then
    return nil
  end
  local tickets, due = due_now(turn)
  return tickets > 0 and { kind = 'order', tickets = tickets, units = free, due = due } or nil
end
