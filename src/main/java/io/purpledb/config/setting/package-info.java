/** The table of settings, and the types of their values. */
@NullMarked
package io.purpledb.config.setting;

import org.jspecify.annotations.NullMarked;
