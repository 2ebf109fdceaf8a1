/** The writes of this node on their way to the leader. */
@NullMarked
package io.purpledb.backend.replicated.write;

import org.jspecify.annotations.NullMarked;
