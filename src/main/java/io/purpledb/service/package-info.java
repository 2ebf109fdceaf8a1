/** What the operations mean: validation, defaults, absence. One verticle per service. */
@NullMarked
package io.purpledb.service;

import org.jspecify.annotations.NullMarked;
