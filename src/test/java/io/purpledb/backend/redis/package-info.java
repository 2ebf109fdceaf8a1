/** What only Redis adds; what every engine promises is checked by the conformance suite. */
@NullMarked
package io.purpledb.backend.redis;

import org.jspecify.annotations.NullMarked;
