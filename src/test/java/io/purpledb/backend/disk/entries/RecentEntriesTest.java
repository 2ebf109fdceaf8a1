package io.purpledb.backend.disk.entries;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.table.EntryRow;
import io.purpledb.engine.Event;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.ChangeLog;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RecentEntriesTest {

  private static final Key KEY = Key.of("default", "kv", "key");

  private final RecentEntries recent = new RecentEntries(1 << 20);

  private static EntryRow row(String text, long version) {
    Value value = new Value.OfBytes(ByteString.copyFromUtf8(text));
    EntryRow row = EntryRow.of(value, Description.NONE, Entry.NEVER);
    row.become(version);
    return row;
  }

  private static ChangeLog.Change put(Key key, EntryRow row) {
    return new ChangeLog.Change(Event.Kind.PUT, key, row);
  }

  private void read(Key key, String text) {
    recent.keep(row(text, 1).entry(key), recent.changes(key));
  }

  @Test
  void whatWasReadIsKnown() {
    assertThat(recent.find(KEY)).isNull();
    read(KEY, "one");
    assertThat(recent.find(KEY)).isEqualTo(row("one", 1).entry(KEY));
  }

  @Test
  void aReadThatBeganBeforeAChangeIsNotKept() {
    int before = recent.changes(KEY);
    recent.changing(KEY);
    recent.durable(List.of(put(KEY, row("two", 2))));
    recent.keep(row("one", 1).entry(KEY), before);
    assertThat(recent.find(KEY)).isNull();
  }

  @Test
  void aReadThatBeganDuringAChangeIsNotKept() {
    recent.changing(KEY);
    int during = recent.changes(KEY);
    recent.keep(row("one", 1).entry(KEY), during);
    assertThat(recent.find(KEY)).isNull();
    recent.durable(List.of(put(KEY, row("two", 2))));
    recent.keep(row("one", 1).entry(KEY), during);
    assertThat(recent.find(KEY)).isNull();
    read(KEY, "two");
    assertThat(recent.find(KEY)).isNotNull();
  }

  @Test
  void whatIsBeingChangedIsNotKnownUntilThatIsDurable() {
    read(KEY, "one");
    recent.changing(KEY);
    recent.changing(KEY);
    assertThat(recent.find(KEY)).isNull();
    recent.durable(List.of(put(KEY, row("two", 2)), put(KEY, row("three", 3))));
    assertThat(recent.find(KEY)).isEqualTo(row("three", 3).entry(KEY));
  }

  @Test
  void whatWasDeletedInTheEndDoesNotComeBack() {
    read(KEY, "one");
    recent.changing(KEY);
    recent.changing(KEY);
    recent.durable(
        List.of(put(KEY, row("two", 2)), new ChangeLog.Change(Event.Kind.DELETED, KEY, null)));
    assertThat(recent.find(KEY)).isNull();
  }

  @Test
  void whatIsUndoneIsReadAgain() {
    read(KEY, "one");
    recent.changing(KEY);
    recent.undone(List.of(put(KEY, row("two", 2))));
    assertThat(recent.find(KEY)).isNull();
    read(KEY, "one");
    assertThat(recent.find(KEY)).isNotNull();
  }

  @Test
  void afterAnOpeningAllIsReadAgain() {
    read(KEY, "one");
    int before = recent.changes(KEY);
    recent.clear();
    recent.keep(row("one", 1).entry(KEY), before);
    assertThat(recent.find(KEY)).isNull();
  }

  /** As when the log of changes has no memory for what is durable already: it is undone, too. */
  @Test
  void whatEndedTwiceIsBeingChangedTheNextTimeAllTheSame() {
    recent.changing(KEY);
    recent.durable(List.of(put(KEY, row("one", 1))));
    recent.undone(List.of(put(KEY, row("one", 1))));
    recent.clear();
    recent.changing(KEY);
    recent.keep(row("one", 1).entry(KEY), recent.changes(KEY));
    recent.durable(List.of(put(KEY, row("two", 2))));
    assertThat(recent.find(KEY)).as("what was there before it").isNull();
  }

  @Test
  void whatNeverEndedIsKeptAgainAfterAnOpening() {
    recent.changing(KEY);
    recent.undone(List.of()); // there was no memory to note it
    recent.clear();
    read(KEY, "one");
    assertThat(recent.find(KEY)).isNotNull();
  }

  @Test
  void theRoomIsBounded() {
    String kilobyte = "x".repeat(1_000);
    int count = 2_000;
    for (int i = 0; i < count; i++) {
      read(Key.of("default", "kv", "key" + i), kilobyte);
    }
    int known = 0;
    for (int i = 0; i < count; i++) {
      known += recent.find(Key.of("default", "kv", "key" + i)) == null ? 0 : 1;
    }
    assertThat(known).isBetween(400, 900);
    read(KEY, "x".repeat(100_000));
    assertThat(recent.find(KEY)).as("larger than it is worth").isNull();
  }
}
