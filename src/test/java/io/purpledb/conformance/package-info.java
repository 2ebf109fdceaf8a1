/**
 * The conformance suite: written once, run through every protocol on every engine. Start with
 * {@link io.purpledb.conformance.OnEveryCell}.
 */
@NullMarked
package io.purpledb.conformance;

import org.jspecify.annotations.NullMarked;
