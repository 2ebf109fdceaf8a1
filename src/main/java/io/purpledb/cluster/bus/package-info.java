/** The port of the event bus, and who listens at which address. */
@NullMarked
package io.purpledb.cluster.bus;

import org.jspecify.annotations.NullMarked;
