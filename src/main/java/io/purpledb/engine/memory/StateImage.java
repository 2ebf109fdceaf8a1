package io.purpledb.engine.memory;

import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A {@link MemoryState} of one moment, which does not change any more. */
public final class StateImage {

  private final long position;
  private final List<Part> parts;

  StateImage(long position, List<Part> parts) {
    this.position = position;
    this.parts = parts;
  }

  /** Takes entries. */
  public interface Sink {

    void entry(Entry entry) throws IOException;
  }

  /**
   * The entries of one service in one namespace.
   *
   * @param names from a name to a cell, or to an {@link ItemTree}
   */
  record Part(String namespace, String service, Map<String, Object> names) {

    void sendTo(Sink sink) throws IOException {
      for (Map.Entry<String, Object> name : names.entrySet()) {
        if (name.getValue() instanceof MemoryEntry cell) {
          sink.entry(cell.entry(new Key(namespace, service, name.getKey(), "")));
        } else {
          ((ItemTree) name.getValue())
              .sendTo(
                  (item, cell) ->
                      sink.entry(cell.entry(new Key(namespace, service, name.getKey(), item))));
        }
      }
    }
  }

  /** Of the last change that it has. */
  public long position() {
    return position;
  }

  /** Gives every entry to a sink, each once. */
  public void sendTo(Sink sink) throws IOException {
    for (Part part : parts) {
      part.sendTo(sink);
    }
  }
}
