package io.purpledb.engine;

import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of what a scan finds.
 *
 * @param entries in the order of the scan
 * @param next behind which key the scan goes on; null at its end
 */
public record Page(List<Entry> entries, @Nullable Key next) {}
