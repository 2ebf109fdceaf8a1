/** Time that tests move on, so that none of them waits. */
@NullMarked
package io.purpledb.support.time;

import org.jspecify.annotations.NullMarked;
