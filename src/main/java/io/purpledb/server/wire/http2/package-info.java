/** Frames of HTTP/2 beneath Vert.x: bounds, and defects kept from ending a connection. */
@NullMarked
package io.purpledb.server.wire.http2;

import org.jspecify.annotations.NullMarked;
