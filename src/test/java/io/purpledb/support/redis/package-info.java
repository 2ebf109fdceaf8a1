/** The real Redis that tests use, its time, and what others keep in it. */
@NullMarked
package io.purpledb.support.redis;

import org.jspecify.annotations.NullMarked;
