/**
 * The checked settings of a server; their table is in {@code setting}, where they come from in
 * {@code source}.
 */
@NullMarked
package io.purpledb.config;

import org.jspecify.annotations.NullMarked;
