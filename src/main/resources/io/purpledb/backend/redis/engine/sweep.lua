-- Frees entries whose time is over. ARGV: the time or nothing, how many at most.
-- Answers how many there were, the last position, how many changes were made.

local now = time(ARGV[1])
local due = redis.call('ZRANGEBYSCORE', EXPIRIES, '-inf', whole_number(now), 'LIMIT', 0, ARGV[2])
if #due == 0 then return { 0, 0, 0 } end
local h = history()
local after, order, stale = {}, {}, {}
for _, full in ipairs(due) do
  local key = value_key(full)
  local cell = look(key, now)
  if cell.there and not cell.bad and not cell.alive then
    order[#order + 1] = key
    after[key] = false
  else -- somebody else has had a hand in it
    stale[#stale + 1] = full
  end
end
local steps = plan(h, order, after, now, 'X')
local refusal = write(h, steps)
if refusal then return refusal end
for _, full in ipairs(stale) do redis.call('ZREM', EXPIRIES, full) end
return { #due, h.position, #steps }
