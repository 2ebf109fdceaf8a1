/** Backends in H2 files: durable as the setting durability says. */
@NullMarked
package io.purpledb.backend.disk;

import org.jspecify.annotations.NullMarked;
