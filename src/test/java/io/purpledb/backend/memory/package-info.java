/** Tests of the replicated memory backend: several nodes in one process, on loopback. */
@NullMarked
package io.purpledb.backend.memory;

import org.jspecify.annotations.NullMarked;
