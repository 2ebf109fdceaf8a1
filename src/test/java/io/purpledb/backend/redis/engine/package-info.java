/** What the kit of engines does not prove of the one on Redis. */
@NullMarked
package io.purpledb.backend.redis.engine;

import org.jspecify.annotations.NullMarked;
