-- A page of an index. ARGV: the time or nothing, how many at most, after how many bytes it ends, the
-- index, from, to, and 'r' for the last first.
-- Answers behind what the next page begins, or false, then members and their values.

local now = time(ARGV[1])
local limit, max_bytes, index = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local from, to, reverse = ARGV[5], ARGV[6], ARGV[7] == 'r'
local space = string.sub(index, 10) .. ':'
local most_looked_at = 2 * limit + 1000
local looked_at, bytes, answer = 0, 0, { false }
local last

while looked_at < most_looked_at do
  local members
  if reverse then
    members = redis.call('ZREVRANGEBYLEX', index, to, from, 'LIMIT', 0, limit + 1)
  else
    members = redis.call('ZRANGEBYLEX', index, from, to, 'LIMIT', 0, limit + 1)
  end
  for _, member in ipairs(members) do
    local is_full = #answer > 2 * limit or bytes >= max_bytes
    local key = value_key(space .. member)
    if is_full then
      if look(key, now).alive then
        answer[1] = last
        return answer
      end
    else
      local cell = read(key, now)
      if cell then
        answer[#answer + 1], answer[#answer + 2] = member, cell.value
        bytes = bytes + #cell.value
        last = member
      end
    end
    if not is_full and #answer == 1 then last = member end
  end
  if #members <= limit then return answer end
  looked_at = looked_at + #members
  if reverse then to = '(' .. members[#members] else from = '(' .. members[#members] end
end
answer[1] = last
return answer
