/** One connection to Redis: commands go out together once per pass of the event loop. */
@NullMarked
package io.purpledb.backend.redis.socket;

import org.jspecify.annotations.NullMarked;
