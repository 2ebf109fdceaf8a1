/**
 * Backends in Redis 6 or newer, in the layout that is found there: layout 2 is {@link
 * io.purpledb.backend.redis.engine}, layout 1 one database number per service (cache 0, counter 1,
 * flag 2, kv 3, set 4), keys as they are.
 *
 * <p>What layout 1 stores: a plain string under each key (a cache value with its expiry, a counter
 * in decimal, {@code true} or {@code false}, the bytes of a KV value) and a Redis set under each
 * set's key. The Redis type itself is the format: a record with more in it than its value will be a
 * hash, so that a reader tells it from format 1 by its type, and today's reader refuses it with
 * WRONGTYPE as a conflict instead of misreading it.
 *
 * <p>Every operation is one command or one script, so it is atomic. What an acknowledged write
 * survives is what the Redis server is set up for: with {@code appendfsync always} it survives a
 * crash of Redis, with Redis's defaults up to a minute or more of writes may be lost.
 */
@NullMarked
package io.purpledb.backend.redis;

import org.jspecify.annotations.NullMarked;
