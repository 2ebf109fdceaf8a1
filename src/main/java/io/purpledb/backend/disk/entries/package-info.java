/** Entries of the engine in tables: keys and rows as bytes, commits, scans and expiry. */
@NullMarked
package io.purpledb.backend.disk.entries;

import org.jspecify.annotations.NullMarked;
