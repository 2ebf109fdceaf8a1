/** How the operations of each service are served over HTTP. */
@NullMarked
package io.purpledb.server.http.binding;

import org.jspecify.annotations.NullMarked;
