/** RESP: commands as bytes, and bytes as replies, within bounds. */
@NullMarked
package io.purpledb.backend.redis.resp;

import org.jspecify.annotations.NullMarked;
