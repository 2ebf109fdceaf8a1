/** Entries in the memory of a process: of a server, and of each node of a cluster. */
@NullMarked
package io.purpledb.engine.memory;

import org.jspecify.annotations.NullMarked;
