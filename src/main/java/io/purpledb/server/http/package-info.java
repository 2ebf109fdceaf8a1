/** The HTTP server: openapi.yaml turned into routes. */
@NullMarked
package io.purpledb.server.http;

import org.jspecify.annotations.NullMarked;
