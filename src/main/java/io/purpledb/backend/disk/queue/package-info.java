/**
 * Group commit: requests wait in two bounded queues, from which one thread writes and one reads.
 */
@NullMarked
package io.purpledb.backend.disk.queue;

import org.jspecify.annotations.NullMarked;
