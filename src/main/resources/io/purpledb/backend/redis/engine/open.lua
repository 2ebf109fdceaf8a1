-- Makes sure that this server holds our layout, or nothing in the databases of layout 1. ARGV: 'empty'
-- when nobody has asked for this layout, so that others' data counts, too, in whatever database;
-- 'renew' when it does not know our scripts. That is so after its start, a fail-over or a flush, when it may have forgotten the last
-- changes that somebody knows of; so positions go on beyond all that may have been given: there are
-- fewer than 1,024 in a millisecond.

local format = redis.call('GET', 'p2:format')
if format and redis.call('PTTL', 'p2:format') ~= -1 then format = false end -- a text of layout 1
if format and format ~= '2' then
  return redis.error_reply('LAYOUT p2:format: ' .. format .. ' (expected: 2)')
end
if not format then
  local others = {}
  for database = 0, ARGV[1] == 'empty' and 15 or 4 do
    local chosen = redis.pcall('SELECT', database)
    if type(chosen) == 'table' and chosen.err then break end -- a server with fewer databases
    local size = redis.call('DBSIZE')
    if size > 0 then others[#others + 1] = size .. ' keys in database ' .. database end
  end
  redis.call('SELECT', 0)
  if #others > 0 then
    return redis.error_reply('LAYOUT p2:format: absent, with ' .. table.concat(others, ', ')
      .. ' (expected: 2, or no keys in databases 0 to 4; data of layout 1 is served with redis-layout: auto or 1)')
  end
end
local known = tonumber(redis.call('HGET', 'p2:state', 'position') or '')
if known and format and ARGV[1] ~= 'renew' then return redis.status_reply('OK') end

local now = redis.call('TIME')
local position = string.format('%.0f', math.max((known or 0) + 1,
  (now[1] * 1000 + math.floor(now[2] / 1000)) * 1024))
local first = string.format('%.0f', tonumber(position) + 1)
-- A deletion comes first: without room, Redis refuses what may need some if that is the first write.
local done = redis.pcall('UNLINK', 'p2:changes:0', 'p2:changes:1')
if type(done) == 'table' and done.err then return done end
redis.call('HSET', 'p2:state', 'position', position, 'stream', 0, 'told', position,
  'first', first, 'before', first, 'bytes', 0)
redis.call('SET', 'p2:format', '2')
return redis.status_reply('OK')
