/**
 * Files of records that count whole or not at all, and what tells damage of them from a torn end.
 */
@NullMarked
package io.purpledb.backend.disk.record;

import org.jspecify.annotations.NullMarked;
