/** What stands before the ports, be they for clients or for nodes: the transport of Vert.x. */
@NullMarked
package io.purpledb.net;

import org.jspecify.annotations.NullMarked;
