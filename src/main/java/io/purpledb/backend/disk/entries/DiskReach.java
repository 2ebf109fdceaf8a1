package io.purpledb.backend.disk.entries;

import io.purpledb.backend.disk.queue.Reach;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What calls of an engine reach. */
public interface DiskReach extends Reach {

  @Override
  default Collection<?> changed() {
    return List.of();
  }

  /** Reads a key; its row has a value, or the number of its parts, which do not change. */
  record One(Key key) implements DiskReach {

    @Override
    public boolean meets(Set<?> notDurable) {
      return notDurable.contains(key);
    }

    @Override
    public boolean isOfOneMoment() {
      return true;
    }

    @Override
    public String toString() {
      return key.name();
    }
  }

  /** Reads keys; one row has a value, or the number of its parts, which do not change. */
  record Keys(List<Key> keys) implements DiskReach {

    @Override
    public boolean meets(Set<?> notDurable) {
      return !notDurable.isEmpty() && keys.stream().anyMatch(notDurable::contains);
    }

    @Override
    public boolean isOfOneMoment() {
      return keys.size() == 1;
    }

    @Override
    public String toString() {
      String first = keys.get(0).name();
      return keys.size() == 1 ? first : "%s and %d more".formatted(first, keys.size() - 1);
    }
  }

  /** Reads a range. */
  record Part(Range range) implements DiskReach {

    @Override
    public boolean meets(Set<?> notDurable) {
      return notDurable.stream().anyMatch(changed -> changed instanceof Key k && range.has(k));
    }

    @Override
    public boolean isOfOneMoment() {
      return false;
    }

    @Override
    public String toString() {
      return "a page from %s on".formatted(range.from().name());
    }
  }

  /** Reads the items of a name by one query. */
  record ItemsOf(Key name) implements DiskReach {

    @Override
    public boolean meets(Set<?> notDurable) {
      return notDurable.contains(this);
    }

    @Override
    public boolean isOfOneMoment() {
      return true;
    }

    @Override
    public String toString() {
      return name.name();
    }
  }

  /** Changes keys, which are known when it has run. */
  final class Changed implements DiskReach {

    private final Key first;
    private Collection<?> keys = List.of();

    /**
     * @param first tells people what it is of
     */
    public Changed(Key first) {
      this.first = first;
    }

    /** Of items the names too, as they are found by these. */
    void are(List<Key> changed) {
      Set<Object> names = Set.of();
      for (Key key : changed) {
        if (!key.item().isEmpty()) {
          names = names.isEmpty() ? new LinkedHashSet<>(changed) : names;
          names.add(new ItemsOf(key.ofName()));
        }
      }
      keys = names.isEmpty() ? changed : names;
    }

    @Override
    public Collection<?> changed() {
      return keys;
    }

    @Override
    public boolean meets(Set<?> notDurable) {
      return true; // it is for the writer
    }

    @Override
    public boolean isOfOneMoment() {
      return false;
    }

    @Override
    public String toString() {
      return first.name();
    }
  }
}
