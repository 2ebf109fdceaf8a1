/**
 * Backends in the memory of every node of a cluster: Raft (Apache Ratis) puts all writes in one
 * order that a majority has on disk, each node applies them to its own copy, and a read waits for
 * what was acknowledged before it.
 */
@NullMarked
package io.purpledb.backend.replicated;

import org.jspecify.annotations.NullMarked;
