/** Backends in the memory of the process: fast, and gone with it. */
@NullMarked
package io.purpledb.backend.memory;

import org.jspecify.annotations.NullMarked;
