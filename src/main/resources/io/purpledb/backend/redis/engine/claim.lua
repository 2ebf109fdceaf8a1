-- Moves the first entries of a range. ARGV: the time or nothing, how many at most, after how many
-- bytes it ends, the index, from, to, the name that they get, what is put before their item.
-- Answers the last position, how many changes were made, then members and their values.

local now = time(ARGV[1])
local limit, max_bytes, index = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local from, to, name, prefix = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local space = string.sub(index, 10) .. ':'
local most_looked_at = 2 * limit + 1000
local h = history()
local after, order, moved = {}, {}, {}
local looked_at, bytes = 0, 0

local function is_full() return #moved >= limit or (#moved > 0 and bytes >= max_bytes) end

local function destination(member)
  local item_end = string.find(member, '%z[^\255]') -- a zero that no 255 follows ends a name
  local item = prefix .. (item_end and string.sub(member, item_end + 1) or '')
  return item == '' and name or name .. '\0' .. item
end

while looked_at < most_looked_at and not is_full() do
  local members = redis.call('ZRANGEBYLEX', index, from, to, 'LIMIT', 0, limit)
  for _, member in ipairs(members) do
    if is_full() then break end
    local key = value_key(space .. member)
    local cell = read(key, now)
    if cell then
      order[#order + 1] = key
      after[key] = false
      moved[#moved + 1] = { member = destination(member),
        cell = { kind = cell.kind, expires = cell.expires, rest = cell.rest } }
      bytes = bytes + #cell.value
    end
  end
  if #members < limit then break end
  looked_at = looked_at + #members
  from = '(' .. members[#members]
end
for _, one in ipairs(moved) do
  one.key = value_key(space .. one.member)
  if after[one.key] == nil then order[#order + 1] = one.key end
  after[one.key] = one.cell -- the last of those that get the same key
end

local steps = plan(h, order, after, now, 'D')
local refusal = write(h, steps)
if refusal then return refusal end

local answer = { h.position, #steps }
for _, one in ipairs(moved) do
  answer[#answer + 1], answer[#answer + 2] = one.member, after[one.key].value
end
return answer
