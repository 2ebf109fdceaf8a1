package io.purpledb.engine.memory;

import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.Moment;
import io.purpledb.engine.support.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step on the entries in memory, of a caller that has their lock. */
final class MemoryStep extends Step<MemoryEntry, RuntimeException> {

  private final MemoryState state;

  MemoryStep(MemoryState state, Moment now) {
    super(now);
    this.state = state;
  }

  @Override
  protected @Nullable MemoryEntry alive(Key key) {
    return state.alive(key, now());
  }

  @Override
  protected List<Key> keys(Range range, int most) {
    return state.keys(range, most);
  }

  @Override
  protected MemoryEntry of(Value value, Description description, long expiresMillis) {
    return MemoryEntry.of(value, description, expiresMillis);
  }

  @Override
  protected MemoryEntry expiring(MemoryEntry cell, long millis) {
    return cell.expiring(millis);
  }
}
