/** What keeps the data: one interface per service, implemented by each engine. */
@NullMarked
package io.purpledb.backend;

import org.jspecify.annotations.NullMarked;
