/** What nodes exchange and keep in the log, as bytes. */
@NullMarked
package io.purpledb.backend.replicated.wire;

import org.jspecify.annotations.NullMarked;
