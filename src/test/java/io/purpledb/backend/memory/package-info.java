/** What data in memory takes of the heap, and its bound. */
@NullMarked
package io.purpledb.backend.memory;

import org.jspecify.annotations.NullMarked;
