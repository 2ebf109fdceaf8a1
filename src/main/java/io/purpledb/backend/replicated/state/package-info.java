/** What the log is applied to: the data, and which writes were done. */
@NullMarked
package io.purpledb.backend.replicated.state;

import org.jspecify.annotations.NullMarked;
