/** Counts what the tests have proven, and prints it at the end of a build. */
@NullMarked
package io.purpledb.support.proof;

import org.jspecify.annotations.NullMarked;
