/** Settings: their table, their sources (flags, environment, file) and the checked result. */
@NullMarked
package io.purpledb.config;

import org.jspecify.annotations.NullMarked;
