/** A server through each protocol, as its users see it: the suites know only this. */
@NullMarked
package io.purpledb.support.client;

import org.jspecify.annotations.NullMarked;
