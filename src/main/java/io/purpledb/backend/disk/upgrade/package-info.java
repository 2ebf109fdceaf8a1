/** Brings what a version before has kept of a service into the tables of entries. */
@NullMarked
package io.purpledb.backend.disk.upgrade;

import org.jspecify.annotations.NullMarked;
