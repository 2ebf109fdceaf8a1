/** All data of one moment in one file, taken beside the writes. */
@NullMarked
package io.purpledb.backend.replicated.snapshot;

import org.jspecify.annotations.NullMarked;
