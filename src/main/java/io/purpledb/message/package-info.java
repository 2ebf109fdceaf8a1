/**
 * What crosses the event bus: requests and replies, their addresses, their wire form and failures.
 */
@NullMarked
package io.purpledb.message;

import org.jspecify.annotations.NullMarked;
