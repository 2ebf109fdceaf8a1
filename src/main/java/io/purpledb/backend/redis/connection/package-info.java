/** One pipelined connection to Redis for each event loop and service: sent, lost, made anew. */
@NullMarked
package io.purpledb.backend.redis.connection;

import org.jspecify.annotations.NullMarked;
