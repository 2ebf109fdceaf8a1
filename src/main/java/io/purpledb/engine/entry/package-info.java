/** What an engine keeps: keys, values, entries, and the items of a name. */
@NullMarked
package io.purpledb.engine.entry;

import org.jspecify.annotations.NullMarked;
