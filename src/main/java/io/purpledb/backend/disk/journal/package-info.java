/** A write-ahead journal under H2's database file: what is forced together is found together. */
@NullMarked
package io.purpledb.backend.disk.journal;

import org.jspecify.annotations.NullMarked;
