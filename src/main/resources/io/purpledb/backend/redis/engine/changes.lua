-- Changes behind a position. ARGV: the position; for how many milliseconds changes are to be kept from
-- now on, whoever makes them. That comes first, so nothing is missed between.
-- Answers the last position, the first that is kept, the first that is told; then, of each in turn,
-- its kind (P put, D deleted, X expired, G too large) with its key, and the value.

local PAGE_BYTES = 1048576
local PAGE_COUNT = 512
local AT_ONCE = 8 -- of which each may be large

local lease = tonumber(ARGV[2])
local left = redis.call('PTTL', WATCHED)
if left ~= -1 and left < lease / 2 then
  -- Behind a deletion it is done without room, too. A server that refuses writes has no changes.
  local done = redis.pcall('UNLINK', WATCHED)
  if type(done) ~= 'table' then redis.call('SET', WATCHED, '', 'PX', lease) end
end

local h = history()
local from = math.max(tonumber(ARGV[1]) + 1, h.before)
local answer = { h.position, h.before, from }
if from > h.position then return answer end
local bytes = 0
while from <= h.position and bytes < PAGE_BYTES and #answer < 2 * PAGE_COUNT do
  local is_old = from < h.first
  local to = math.min(from + AT_ONCE - 1, is_old and h.first - 1 or h.position)
  local stream = stream_key(is_old and 1 - h.stream or h.stream)
  local entries =
    redis.call('XRANGE', stream, whole_number(from) .. '-0', whole_number(to) .. '-0')
  for _, entry in ipairs(entries) do
    local position = tonumber(string.match(entry[1], '^%d+'))
    if position ~= from then -- somebody else has deleted some
      if #answer > 3 then return answer end
      from, answer[3] = position, position
    end
    answer[#answer + 1], answer[#answer + 2] = entry[2][1], entry[2][2]
    bytes = bytes + #entry[2][1] + #entry[2][2]
    from = from + 1
  end
  if from <= to then
    if #answer > 3 then return answer end
    from, answer[3] = to + 1, to + 1
  end
end
return answer
