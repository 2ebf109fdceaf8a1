-- Reads keys at one moment. ARGV: the time or nothing; how many bytes several may have.

local now = time(ARGV[1])
local max_bytes, bytes = tonumber(ARGV[2]), 0
local answer = {}
for i, key in ipairs(KEYS) do
  local cell = read(key, now)
  answer[i] = cell and cell.value or false
  if cell then bytes = bytes + #cell.value end
  if #KEYS > 1 and bytes > max_bytes then
    error('TOOLARGE ' .. bytes .. ' ' .. #KEYS .. ' ' .. max_bytes)
  end
end
return answer
