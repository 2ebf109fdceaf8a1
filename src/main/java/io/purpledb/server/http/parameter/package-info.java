/** The check of what a URL or a header says: text in, typed value or a failure out. */
@NullMarked
package io.purpledb.server.http.parameter;

import org.jspecify.annotations.NullMarked;
