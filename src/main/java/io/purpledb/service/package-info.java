/** What the operations mean, as reads and commits of entries: one class for each service. */
@NullMarked
package io.purpledb.service;

import org.jspecify.annotations.NullMarked;
