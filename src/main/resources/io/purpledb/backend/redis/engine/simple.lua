-- The commits that are asked for most, by the shortest way: one put, addition to a number or
-- deletion (of what is there, or of whatever is), while nobody watches. ARGV: a letter, its
-- parameters, and the time if it is not the server's. What is unusual in any way is made a commit
-- as others are, in args, and goes on to what is behind this, with nothing written yet. It has no
-- functions, which are made anew with each run, and asks for no more than it needs. What is kept and
-- what refuses it is as there. Answers one thing: the position of a put or deletion, the value of an
-- addition; else as there.

local args = ARGV
local letter = ARGV[1]
if (letter == 'Pb' or letter == 'Pn') then -- put bytes or a number: time to live, the rest of the value
  if ARGV[2] ~= '-1' and redis.call('EXISTS', 'p2:watched') == 0 then
    local call, key = redis.call, KEYS[1]
    local head, expires, was, index, member = call('GETRANGE', key, 0, 28), 0, 0, nil, nil
    local kind = string.byte(head)
    if not kind or ((kind == 98 or kind == 110) and #head == 29) then
      if ARGV[2] ~= '0' then
        local now = ARGV[4]
        if not now then
          local told = call('TIME')
          now = told[1] * 1000 + math.floor(told[2] / 1000)
        end
        expires = now + ARGV[2]
      end
      if kind then
        was = struct.unpack('>I8', head, 10)
      else
        index, member = string.match(key, '^.......:([^:]*:[^:]*):(.*)$')
        index = 'p2:index:' .. index
        call('ZCARD', index) -- which refuses what is no index
      end
      if expires ~= was then call('ZCARD', 'p2:expiries') end
      local position = redis.pcall('HINCRBY', 'p2:state', 'position', 1)
      if type(position) == 'table' then return position end
      if position == 1 then -- there was none
        call('HDEL', 'p2:state', 'position')
        return redis.error_reply('RENEW p2:state is not whole')
      end
      call('SET', key, string.sub(letter, 2) .. struct.pack('>I8I8', position, expires) .. ARGV[3])
      if index then call('ZADD', index, 0, member) end
      if expires ~= was then
        if expires == 0 then
          call('ZREM', 'p2:expiries', string.sub(key, 9))
        else
          call('ZADD', 'p2:expiries', string.format('%.0f', expires), string.sub(key, 9))
        end
      end
      return { position }
    end
  end
  args = { ARGV[4] or '', '0', 'P', '1', ARGV[2], string.sub(letter, 2), ARGV[3] }

elseif letter == 'A' then -- add, in the bounds of 64 bits, and answer what is there: how much
  if #ARGV[2] <= 15 and redis.call('EXISTS', 'p2:watched') == 0 then
    local call, key = redis.call, KEYS[1]
    local value, sum, index, member = call('GET', key), nil, nil, nil
    if value then
      if #value > 29 and #value <= 44 then -- of at most 15 digits, and not described
        local kind, _, expires, described, checksum, length =
          struct.unpack('>c1I8I8I4I4I4', value)
        if kind == 'n' and expires == 0 and described == 0 and checksum == 0 and #value == 29 + length
          and string.find(value, '^%-?%d+$', 30) then
          sum = string.sub(value, 30) + ARGV[2]
        end
      end
    else
      sum = tonumber(ARGV[2])
      index, member = string.match(key, '^.......:([^:]*:[^:]*):(.*)$')
      index = 'p2:index:' .. index
      call('ZCARD', index)
    end
    if sum then
      local position = redis.pcall('HINCRBY', 'p2:state', 'position', 1)
      if type(position) == 'table' then return position end
      if position == 1 then
        call('HDEL', 'p2:state', 'position')
        return redis.error_reply('RENEW p2:state is not whole')
      end
      local text = string.format('%.0f', sum)
      value = 'n' .. struct.pack('>I8I8I4I4I4', position, 0, 0, 0, #text) .. text
      call('SET', key, value)
      if index then call('ZADD', index, 0, member) end
      return { value }
    end
  end
  args = { ARGV[3] or '', '0', 'G', '1', 'A', '1', ARGV[2],
    '-9223372036854775808', '9223372036854775807' }

elseif letter == 'D' or letter == 'Dp' then -- delete, if anything is there
  if redis.call('EXISTS', 'p2:watched') == 0 then
    local call, key = redis.call, KEYS[1]
    local head = call('GETRANGE', key, 0, 28)
    local kind = string.byte(head)
    if not kind or ((kind == 98 or kind == 110) and #head == 29) then
      local position = call('HGET', 'p2:state', 'position')
      if not position then return redis.error_reply('RENEW p2:state is not whole') end
      if not kind then return { letter == 'Dp' and 0 or -1, tonumber(position), 0 } end
      if string.sub(head, 10, 17) == '\0\0\0\0\0\0\0\0' then -- else the time tells whether it is there
        local index, member = string.match(key, '^.......:([^:]*:[^:]*):(.*)$')
        index = 'p2:index:' .. index
        call('ZCARD', index)
        local done = redis.pcall('UNLINK', key) -- first, as it needs no room
        if type(done) == 'table' then return done end
        call('ZREM', index, member)
        return { call('HINCRBY', 'p2:state', 'position', 1) }
      end
    end
  end
  args = { ARGV[2] or '', '0' }
  if letter == 'Dp' then args[3], args[4] = 'p', '1' end
  args[#args + 1], args[#args + 2] = 'D', '1'
end
