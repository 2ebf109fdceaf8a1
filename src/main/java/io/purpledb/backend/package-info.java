/** Opens the engines that keep the data, and puts the services on them. */
@NullMarked
package io.purpledb.backend;

import org.jspecify.annotations.NullMarked;
