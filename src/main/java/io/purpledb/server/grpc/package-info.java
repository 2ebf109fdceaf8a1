/** The gRPC server: purple.v1 and the older package proto. */
@NullMarked
package io.purpledb.server.grpc;

import org.jspecify.annotations.NullMarked;
