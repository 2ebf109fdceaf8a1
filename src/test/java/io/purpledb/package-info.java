/** Tests of the composition. */
@NullMarked
package io.purpledb;

import org.jspecify.annotations.NullMarked;
