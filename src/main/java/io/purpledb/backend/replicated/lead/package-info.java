/** Who leads, whether it still does, and when it gives the lead away. */
@NullMarked
package io.purpledb.backend.replicated.lead;

import org.jspecify.annotations.NullMarked;
