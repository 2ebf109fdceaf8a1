/** Answers that wait for a client that does not read: counted, bounded, made in turn. */
@NullMarked
package io.purpledb.server.wire.unread;

import org.jspecify.annotations.NullMarked;
