package io.purpledb.backend.disk.entries;

import io.purpledb.backend.disk.database.Reach;
import io.purpledb.engine.Key;
import io.purpledb.engine.Range;
import java.util.Collection;
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
      return notDurable.stream().anyMatch(key -> range.has((Key) key));
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

  /** Changes keys, which are known when it has run. */
  final class Changed implements DiskReach {

    private final Key first;
    private List<Key> keys = List.of();

    /**
     * @param first tells people what it is of
     */
    public Changed(Key first) {
      this.first = first;
    }

    void are(List<Key> changed) {
      keys = changed;
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
