/** What both protocols share beneath Vert.x: room, names of hosts, parts that do not end. */
@NullMarked
package io.purpledb.server.wire;

import org.jspecify.annotations.NullMarked;
