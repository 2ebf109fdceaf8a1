/** Backends in Redis: one database number per service. */
@NullMarked
package io.purpledb.backend.redis;

import org.jspecify.annotations.NullMarked;
