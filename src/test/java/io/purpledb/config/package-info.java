/** Tests of the settings. */
@NullMarked
package io.purpledb.config;

import org.jspecify.annotations.NullMarked;
