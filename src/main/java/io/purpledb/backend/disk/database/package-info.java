/** One H2 database: its two threads, its queues, its files, and its recovery. */
@NullMarked
package io.purpledb.backend.disk.database;

import org.jspecify.annotations.NullMarked;
