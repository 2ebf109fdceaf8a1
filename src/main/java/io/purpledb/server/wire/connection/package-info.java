/** Connections of both servers: how many there may be, and which end for doing nothing. */
@NullMarked
package io.purpledb.server.wire.connection;

import org.jspecify.annotations.NullMarked;
