/** Where settings come from: the command line, the environment, a file. */
@NullMarked
package io.purpledb.config.source;

import org.jspecify.annotations.NullMarked;
