/**
 * A service's entries in H2's tables: keys and rows as bytes, and those which expire in their
 * order.
 */
@NullMarked
package io.purpledb.backend.disk.table;

import org.jspecify.annotations.NullMarked;
