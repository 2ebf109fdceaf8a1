/**
 * The engine on Redis, in layout 2, which is in database 0:
 *
 * <pre>
 * p2:format                     "2": a server with another layout is refused
 * p2:{ee}:kv:default:user/1     an entry: an envelope around its value ({@link
 *                               io.purpledb.backend.redis.engine.ValueEnvelope})
 * p2:index:kv:default           the names and items of a service in a namespace: a sorted set whose
 *                               scores are all 0, so that its order is that of the bytes
 * p2:expiries                   what expires, by its time in milliseconds
 * p2:changes:0, p2:changes:1    streams of the last changes, whose ids are their positions
 * p2:state                      a hash: the last position, and where the changes are
 * </pre>
 *
 * <p>The tag of an entry is the first byte of the SHA-1 of what follows it, in hex: 256 buckets,
 * which a script finds as quickly as we do. All is written by one script per commit, which finds
 * out whatever may refuse it before its first write. On one server a commit may span buckets;
 * indexes, expiries and changes are not cut by buckets, so that a page is one command. They can be
 * made anew from the entries.
 */
@NullMarked
package io.purpledb.backend.redis.engine;

import org.jspecify.annotations.NullMarked;
