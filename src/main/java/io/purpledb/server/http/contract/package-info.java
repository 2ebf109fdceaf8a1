/** What openapi.yaml says of each operation, compiled once: its routes, checks and answers. */
@NullMarked
package io.purpledb.server.http.contract;

import org.jspecify.annotations.NullMarked;
