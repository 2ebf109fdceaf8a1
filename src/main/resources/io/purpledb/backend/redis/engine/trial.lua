-- Whether this user may do what the other scripts do, found out without doing it: each command has
-- a form that changes nothing, which Redis looks at after the permission. ARGV: a key that is
-- unused; not one of KEYS, for of those Redis would refuse the script itself.

local key = ARGV[1]
local trials = {
  { 'GET', key }, { 'GETRANGE', key, 0, 0 }, { 'HGET', key, 'f' }, { 'HMGET', key, 'f' },
  { 'ZCARD', key }, { 'ZRANGEBYLEX', key, '-', '+' }, { 'ZREVRANGEBYLEX', key, '+', '-' },
  { 'ZRANGEBYSCORE', key, 0, 0 }, { 'XRANGE', key, '-', '+' }, { 'XREVRANGE', key, '+', '-' },
  { 'EXISTS', key }, { 'TIME' }, { 'ZRANK', key, 'm' }, { 'PTTL', key }, { 'SELECT', 0 }, { 'DBSIZE' },
  { 'UNLINK', key }, { 'HDEL', key, 'f' }, { 'HINCRBY', key, 'f', 'no number' }, { 'ZREM', key, 'm' }, { 'SET', key, '', 'NX', 'XX' },
  { 'HSET', key, 'f', '', 'without a value' }, { 'ZADD', key, 'no score', 'm' },
  { 'XADD', key, 'no position', 'f', '' },
}
for _, trial in ipairs(trials) do
  local done = redis.pcall(unpack(trial))
  local refusal = type(done) == 'table' and done.err or ''
  if string.find(refusal, 'NOPERM', 1, true) or string.find(refusal, 'ermission', 1, true)
    or string.find(refusal, 'The user executing the script', 1, true) then
    return redis.error_reply("NOPERM this user has no permissions to run the '"
      .. string.lower(trial[1]) .. "' command on keys that begin with p2:")
  end
end
return {}
