/** The servers: each turns a protocol into requests, and decides nothing; and what they share. */
@NullMarked
package io.purpledb.server;

import org.jspecify.annotations.NullMarked;
