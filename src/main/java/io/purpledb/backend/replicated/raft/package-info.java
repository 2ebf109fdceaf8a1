/** Ratis: how it is set, what its port takes, and how a leader is asked. */
@NullMarked
package io.purpledb.backend.replicated.raft;

import org.jspecify.annotations.NullMarked;
