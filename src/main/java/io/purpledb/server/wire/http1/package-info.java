/** What HTTP/1.1 asks for beneath Vert.x: framing, malformed requests, the change to HTTP/2. */
@NullMarked
package io.purpledb.server.wire.http1;

import org.jspecify.annotations.NullMarked;
