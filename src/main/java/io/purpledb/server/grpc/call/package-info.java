/** One gRPC call from its headers to its status. */
@NullMarked
package io.purpledb.server.grpc.call;

import org.jspecify.annotations.NullMarked;
