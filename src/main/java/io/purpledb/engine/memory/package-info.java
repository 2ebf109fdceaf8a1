/** Entries in the memory of the process. */
@NullMarked
package io.purpledb.engine.memory;

import org.jspecify.annotations.NullMarked;
