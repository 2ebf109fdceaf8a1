/** The write-ahead log of a database, and when it is forced. */
@NullMarked
package io.purpledb.backend.disk.log;

import org.jspecify.annotations.NullMarked;
