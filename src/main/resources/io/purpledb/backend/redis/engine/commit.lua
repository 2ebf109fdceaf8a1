-- A commit. args: the time or nothing; how many bytes several reads may have; then what is asked
-- for, names whose items are asked for and the reads first, each a letter and its parameters, keys by
-- their place in KEYS.
-- Answers what refused it (-1: nothing), the last position, how many changes were made, the reads,
-- and a list for each name, of its items with what stands in front of them in the index.

local now = time(args[1])
local max_read_bytes = tonumber(args[2])
local h = history()
local after, order, reads, names = {}, {}, {}, {}
local MOST_DELETED = 10000 -- Change.DeleteRange.MOST

local function current(key)
  local cell = after[key]
  if cell ~= nil then return cell end
  return read(key, now)
end

local function set(key, cell)
  if after[key] == nil then order[#order + 1] = key end
  after[key] = cell
end

local function expiry(ttl)
  if ttl == '0' then return 0 end
  return now + tonumber(ttl)
end

-- What numbers need is made when it is first needed: functions are made anew with each run.
local compare, sum, number, is_within
local function need_numbers()
  if compare then return end

  -- Compares two decimal texts: below 0, 0 or above.
  compare = function(a, b)
    local a_below, b_below = string.byte(a) == 45, string.byte(b) == 45
    if a_below ~= b_below then return a_below and -1 or 1 end
    local sign = a_below and -1 or 1
    if #a ~= #b then return #a < #b and -sign or sign end
    for i = 1, #a do
      local x, y = string.byte(a, i), string.byte(b, i)
      if x ~= y then return x < y and -sign or sign end
    end
    return 0
  end

  -- A decimal text in two halves, both with its sign.
  local function halves(text)
    local sign, digits = 1, text
    if string.byte(text) == 45 then sign, digits = -1, string.sub(text, 2) end
    if #digits <= 9 then return 0, sign * tonumber(digits) end
    return sign * tonumber(string.sub(digits, 1, -10)), sign * tonumber(string.sub(digits, -9))
  end

  -- The exact sum of two decimal texts, as one.
  sum = function(a, b)
    if #a <= 15 and #b <= 15 then return whole_number(tonumber(a) + tonumber(b)) end
    local a_high, a_low = halves(a)
    local b_high, b_low = halves(b)
    local high, low, sign = a_high + b_high, a_low + b_low, ''
    if high < 0 or (high == 0 and low < 0) then high, low, sign = 0 - high, 0 - low, '-' end
    if low < 0 then high, low = high - 1, low + 1e9 end
    if low >= 1e9 then high, low = high + 1, low - 1e9 end
    if high == 0 then return sign .. whole_number(low) end
    return sign .. whole_number(high) .. string.format('%09.0f', low)
  end

  -- The number that is there: '0' where nothing is, nil where bytes are.
  number = function(cell)
    if not cell then return '0' end
    return cell.number
  end

  is_within = function(text, min, max)
    return compare(text, min) >= 0 and compare(text, max) <= 0
  end
end

-- Deletes a range: index, from, to, and the keys of this commit that are in it.
local function delete_range(at)
  local index = args[at]
  local members =
    redis.call('ZRANGEBYLEX', index, args[at + 1], args[at + 2], 'LIMIT', 0, MOST_DELETED + 1)
  if #members > MOST_DELETED then error('TOOMANY') end
  for _, member in ipairs(members) do
    set(value_key(string.sub(index, 10) .. ':' .. member), false)
  end
  local own = tonumber(args[at + 3])
  for i = at + 4, at + 3 + own do
    local key = KEYS[tonumber(args[i])]
    if after[key] ~= nil then after[key] = false end
  end
  return at + 4 + own
end

local refused_by, asked, at = -1, 0, 3
while args[at] == 'I' do -- items: index, from, to
  names[#names + 1] = { index = args[at + 1], from = args[at + 2], to = args[at + 3] }
  at = at + 4
end
while args[at] == 'G' do
  reads[#reads + 1] = KEYS[tonumber(args[at + 1])]
  at = at + 2
end
while args[at] do
  local letter, key, is_done = args[at], KEYS[tonumber(args[at + 1])], true
  if letter == 'P' then -- put: time to live, kind, the rest of the value
    local ttl, expires = args[at + 2], 0
    if ttl == '-1' then
      local before = current(key)
      expires = before and before.expires or 0
    else
      expires = expiry(ttl)
    end
    local cell = { kind = args[at + 3], expires = expires, rest = args[at + 4] }
    if cell.kind == 'n' then
      cell.number = string.sub(cell.rest, 13 + struct.unpack('>I4', cell.rest))
    end
    set(key, cell)
    at = at + 5
  elseif letter == 'A' then -- add: how much, the least, the most
    need_numbers()
    local before = current(key)
    local text = number(before)
    text = text and sum(text, args[at + 2])
    is_done = text and is_within(text, args[at + 3], args[at + 4])
    if is_done then
      local described, checksum, description = 0, 0, ''
      if before then
        described, checksum = struct.unpack('>I4I4', before.rest)
        description = string.sub(before.rest, 13, 12 + described)
      end
      set(key, { kind = 'n', expires = before and before.expires or 0, number = text,
        rest = struct.pack('>I4I4I4', described, checksum, #text) .. description .. text })
    end
    at = at + 5
  elseif letter == 'D' then -- delete
    set(key, false)
    at = at + 2
  elseif letter == 'T' then -- touch: time to live
    local before = current(key)
    if before then
      set(key, { kind = before.kind, expires = expiry(args[at + 2]), rest = before.rest,
        number = before.number })
    end
    at = at + 3
  elseif letter == 'R' then
    at = delete_range(at + 1)
  elseif letter == 'a' then -- absent
    is_done = not look(key, now).alive
    at = at + 2
  elseif letter == 'p' then -- present
    is_done = look(key, now).alive
    at = at + 2
  elseif letter == 'v' then -- has the version
    local cell = look(key, now)
    is_done = cell.alive and whole_number(cell.version) == args[at + 2]
    at = at + 3
  elseif letter == 'w' then -- is a number within bounds
    need_numbers()
    local text = number(read(key, now))
    is_done = text and is_within(text, args[at + 2], args[at + 3])
    at = at + 4
  else
    error('no such part: ' .. letter)
  end
  if not is_done then
    refused_by, after, order = asked, {}, {}
    break
  end
  asked = asked + 1
end

local found, bytes = {}, 0
for i, key in ipairs(reads) do
  found[i] = current(key)
  if found[i] then bytes = bytes + #found[i].rest end
end
if #reads > 1 and bytes > max_read_bytes then
  error('TOOLARGE ' .. bytes .. ' ' .. #reads .. ' ' .. max_read_bytes)
end

-- What has expired and is not freed yet; nil when that is too much to be looked at.
local MOST_DUE = 1000
local due
if names[1] then
  due = redis.call('ZRANGEBYSCORE', EXPIRIES, '-inf', whole_number(now), 'LIMIT', 0, MOST_DUE + 1)
  if #due > MOST_DUE then due = nil end
end

-- The items of a name as they will be, each with what all of them begin with: those of the index,
-- and what this commit changes. Each member more costs something, so those that stay are not touched.
local function items_of(name)
  local index, space = name.index, string.sub(name.index, 10) .. ':'
  local start = space .. string.sub(name.from, 2) -- all that is there begins with it
  local members = redis.call('ZRANGEBYLEX', index, name.from, name.to)
  local own, added, gone, count = {}, {}, {}, #members
  local function is_here(full)
    return string.sub(full, 1, #start) == start and string.byte(full, #start + 1) ~= 255
  end
  for _, key in ipairs(order) do
    local full = full_of(key)
    if is_here(full) then
      own[string.sub(full, #space + 1)] = true
      if after[key] then added[#added + 1] = string.sub(full, #space + 1) end
    end
  end
  if due and count > 0 then
    local first = redis.call('ZRANK', index, members[1])
    for _, full in ipairs(due) do
      local member = string.sub(full, #space + 1)
      if is_here(full) and not own[member] and not look(value_key(full), now).alive then
        own[member] = true
      end
    end
    for member in pairs(own) do
      local rank = redis.call('ZRANK', index, member)
      if rank then gone[#gone + 1] = rank - first + 1 end
    end
    table.sort(gone)
  elseif count > 0 then
    for i, member in ipairs(members) do
      if own[member] or not look(value_key(space .. member), now).alive then gone[#gone + 1] = i end
    end
  end
  for i = #gone, 1, -1 do -- the last comes to the place of what goes
    members[gone[i]] = members[count]
    members[count] = nil
    count = count - 1
  end
  for i, member in ipairs(added) do members[count + i] = member end
  return members
end

local listed, item_bytes = {}, 0
for i, name in ipairs(names) do
  listed[i] = items_of(name)
  if #names > 1 then
    for _, member in ipairs(listed[i]) do item_bytes = item_bytes + #member - #name.from + 1 end
    if item_bytes > max_read_bytes then
      error('TOOLARGE ' .. item_bytes .. ' ' .. #names .. ' ' .. max_read_bytes)
    end
  end
end

local steps = plan(h, order, after, now, 'D')
local refusal = write(h, steps)
if refusal then return refusal end

local answer = { refused_by, h.position, #steps }
for i = 1, #reads do
  local cell = found[i]
  answer[3 + i] = cell and cell.value or false
end
for i, items in ipairs(listed) do answer[3 + #reads + i] = items end
return answer
