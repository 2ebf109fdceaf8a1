/** Messages of gRPC from the bytes of HTTP/2: whole, bounded, decompressed. */
@NullMarked
package io.purpledb.server.grpc.message;

import org.jspecify.annotations.NullMarked;
