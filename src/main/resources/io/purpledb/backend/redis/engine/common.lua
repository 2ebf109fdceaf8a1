-- What the scripts have in common. Each finds out all that may refuse it before its first write,
-- because Redis takes nothing back. Times and positions are whole numbers below 2^53, which Lua's
-- doubles hold exactly; numbers of users are decimal texts.

local EXPIRIES = 'p2:expiries'
local WATCHED = 'p2:watched' -- is there while anybody watches, and for a while after that
local HEAD = 29 -- kind, version, expiry, and the lengths and checksum of what follows
local HISTORY_COUNT = 8192 -- so many changes in each of two streams at most,
local HISTORY_BYTES = 8388608 -- and so many bytes,
local HISTORY_VALUE = 1114112 -- of which a larger value is told as a gap

if redis.replicate_commands then redis.replicate_commands() end -- for Redis 6

-- The time in milliseconds: what the caller says, or else the server's.
local function time(given)
  if given ~= '' then return tonumber(given) end
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

local function whole_number(number) return string.format('%.0f', number) end

-- Where the changes are: the last position, the stream that is written to (0 or 1), the first
-- position in it, the first in the other, its bytes, and the position up to which changes were kept.
-- Nobody has watched those behind that: they are not kept, and neither is what is before them.
local function history()
  local h = redis.call('HMGET', 'p2:state', 'position', 'stream', 'first', 'before', 'bytes', 'told')
  if not h[5] then error('RENEW p2:state is not whole') end
  local position = tonumber(h[1])
  if h[6] ~= h[1] then
    return { position = position, stream = 1 - h[2], first = position + 1, before = position + 1,
      bytes = 0, begins = true }
  end
  return {
    position = position, stream = tonumber(h[2]), first = tonumber(h[3]),
    before = tonumber(h[4]), bytes = tonumber(h[5])
  }
end

local function stream_key(number) return 'p2:changes:' .. number end

-- The key of a value; full is service:namespace:name and item.
local function value_key(full)
  return 'p2:{' .. string.sub(redis.sha1hex(full), 1, 2) .. '}:' .. full
end

local function full_of(value_key) return string.sub(value_key, 9) end

-- The index that a key is in, and what it is there.
local function place(full)
  local service_end = string.find(full, ':', 1, true)
  local space_end = string.find(full, ':', service_end + 1, true)
  return 'p2:index:' .. string.sub(full, 1, space_end - 1), string.sub(full, space_end + 1)
end

local function bad(key) error('BADENTRY ' .. key) end

-- What is there before: cells by their keys.
local cells = {}

-- Looks at the head of what is there, or reads it whole. One that is not ours is bad: it may be
-- replaced, not read.
local function look(key, now, is_whole)
  local cell = cells[key]
  if cell == nil then
    local value = is_whole and (redis.call('GET', key) or '')
    local head = value or redis.call('GETRANGE', key, 0, HEAD - 1)
    cell = { there = head ~= '', expires = 0, value = value }
    if cell.there then
      local kind = string.sub(head, 1, 1)
      cell.bad = #head < HEAD or (kind ~= 'b' and kind ~= 'n')
      if not cell.bad then
        cell.kind = kind
        cell.version, cell.expires = struct.unpack('>I8I8', head, 2)
        cell.alive = cell.expires == 0 or now < cell.expires
      end
    end
    cells[key] = cell
  end
  return cell
end

-- Reads all of what is there and has not expired, or answers false.
local function read(key, now)
  local cell = look(key, now, true)
  if cell.bad then bad(key) end
  if not cell.alive then return false end
  if not cell.rest then
    local value = cell.value or redis.call('GET', key)
    local described, _, length = struct.unpack('>I4I4I4', value, 18)
    if #value ~= HEAD + described + length then bad(key) end
    cell.value = value
    cell.rest = string.sub(value, 18)
    if cell.kind == 'n' then
      cell.number = string.sub(value, HEAD + 1 + described)
      if not string.find(cell.number, '^%-?%d+$') or length > 20 then bad(key) end
    end
  end
  return cell
end

-- The type of what is written to, found out before the first write.
local known_index = {}
local function require_index(key)
  if not known_index[key] then
    redis.call('ZCARD', key)
    known_index[key] = true
  end
end

-- Works out where the change of a step is kept.
local function keep(h, step, gone)
  local cell = step.cell
  step.kind, step.told = gone, ''
  if cell then
    step.kind, step.told = 'P', cell.value
    if #cell.value > HISTORY_VALUE then step.kind, step.told = 'G', '' end
  end
  local bytes = #step.full + #step.told + 32
  if h.position - h.first >= HISTORY_COUNT or h.bytes + bytes > HISTORY_BYTES then
    h.stream, h.before, h.first, h.bytes, h.begins = 1 - h.stream, h.first, h.position, 0, true
  end
  h.bytes = h.bytes + bytes
  step.stream, step.begins, h.begins = stream_key(h.stream), h.begins, false
end

-- Works out what to write for the keys of order, in their order: after has a cell, or false where
-- nothing is to be. Sets the versions and values of the cells. Writes nothing. While nobody watches
-- changes have positions and are not kept.
local function plan(h, order, after, now, gone)
  local steps = {}
  h.is_watched = #order > 0 and redis.call('EXISTS', WATCHED) == 1
  for _, key in ipairs(order) do
    local cell, was = after[key], look(key, now)
    if cell or was.there then
      h.position = h.position + 1
      local full = full_of(key)
      local step = { key = key, full = full, cell = cell, was = was, position = h.position }
      if cell then
        cell.version = h.position
        cell.value = cell.kind .. struct.pack('>I8I8', h.position, cell.expires) .. cell.rest
      end
      if h.is_watched then keep(h, step, gone) end
      step.index, step.member = place(full)
      if not was.there or was.bad or not cell then require_index(step.index) end
      if (cell and cell.expires or 0) ~= was.expires or was.bad then require_index(EXPIRIES) end
      steps[#steps + 1] = step
    end
  end
  return steps
end

local function tell(step)
  return 'XADD', step.stream, whole_number(step.position) .. '-0', step.kind .. step.full, step.told
end

-- The first write of all, which shows whether the rest can be done; answers its refusal or nil.
-- Without room, Redis refuses what may need some, if that is the first write: so deletions begin
-- with one, and changes that keep something with the stream or the position.
local function begin(h, step, grows)
  local done
  if grows and (step.begins or not h.is_watched) then
    done = redis.pcall('HSET', 'p2:state', 'position', whole_number(h.position))
  elseif not h.is_watched then
    done = redis.pcall('UNLINK', step.key)
  elseif step.begins then
    done = redis.pcall('UNLINK', step.stream)
    step.begins = false
  else
    done = redis.pcall(tell(step))
    step.is_told = true
    if type(done) == 'table' and done.err and not grows and string.find(done.err, 'OOM', 1, true) then
      local last = redis.call('XREVRANGE', step.stream, '+', '-', 'COUNT', 1)[1]
      if last and tonumber(string.match(last[1], '^%d+')) >= step.position then
        error('RENEW p2:changes is ahead')
      end
      done = redis.pcall('UNLINK', step.key)
      step.is_told = false
    end
  end
  if type(done) == 'table' and done.err then return done end
  return nil
end

-- Writes what is planned; answers a refusal or nil.
local function write(h, steps)
  if #steps == 0 then return nil end
  local grows = false
  for _, step in ipairs(steps) do grows = grows or step.cell end
  local refusal = begin(h, steps[1], grows)
  if refusal then return refusal end
  for _, step in ipairs(steps) do
    local cell, was = step.cell, step.was
    if step.begins then redis.call('UNLINK', step.stream) end
    if h.is_watched and not step.is_told then redis.call(tell(step)) end
    if cell then
      redis.call('SET', step.key, cell.value)
      if not was.there or was.bad then redis.call('ZADD', step.index, 0, step.member) end
    else
      redis.call('UNLINK', step.key)
      redis.call('ZREM', step.index, step.member)
    end
    local expires = cell and cell.expires or 0
    if expires ~= was.expires or was.bad then
      if expires == 0 then
        redis.call('ZREM', EXPIRIES, step.full)
      else
        redis.call('ZADD', EXPIRIES, whole_number(expires), step.full)
      end
    end
  end
  local position = whole_number(h.position)
  if h.is_watched then
    redis.call('HSET', 'p2:state', 'position', position, 'stream', h.stream, 'told', position,
      'first', whole_number(h.first), 'before', whole_number(h.before), 'bytes', h.bytes)
  elseif not grows then
    redis.call('HSET', 'p2:state', 'position', position)
  end
  return nil
end

