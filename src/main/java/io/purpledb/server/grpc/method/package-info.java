/** What can be called over gRPC: the methods of both packages, health, reflection. */
@NullMarked
package io.purpledb.server.grpc.method;

import org.jspecify.annotations.NullMarked;
