package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.INVALID;
import static io.purpledb.support.client.Await.refusal;
import static io.purpledb.support.client.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.Callers;
import io.purpledb.support.client.ServiceClient;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The flags: booleans. */
@OnEveryCell("flag")
final class FlagConformanceTest {

  private final Cell cell;
  private final ServiceClient purple;
  private final String key;

  FlagConformanceTest(Cell cell) {
    this.cell = cell;
    this.purple = cell.client();
    this.key = cell.newKey();
  }

  @Test
  void anUnknownFlagIsFalse() {
    assertThat(value(purple.flagGet(key))).isFalse();
  }

  @Test
  void aFlagIsKept() {
    value(purple.flagSet(key, true));
    assertThat(value(purple.flagGet(key))).isTrue();
    assertThat(value(purple.flagGet(key))).isTrue();
  }

  @Test
  void aFlagThatWasNeverTrueCanBeSetToFalse() {
    value(purple.flagSet(key, false));
    assertThat(value(purple.flagGet(key))).isFalse();
  }

  @Test
  void settingOverwrites() {
    value(purple.flagSet(key, true));
    value(purple.flagSet(key, false));
    assertThat(value(purple.flagGet(key))).isFalse();
    value(purple.flagSet(key, true));
    value(purple.flagSet(key, true));
    assertThat(value(purple.flagGet(key))).isTrue();
  }

  @AwkwardText.Each
  void anAwkwardKeyIsKeptExactly(AwkwardText awkward) {
    boolean other = !value(purple.flagGet(awkward.text));
    value(purple.flagSet(awkward.text, other));
    assertThat(value(purple.flagGet(awkward.text))).isEqualTo(other);
  }

  @Test
  void awkwardKeysAreKeptApart() {
    List<String> keys = AwkwardText.all();
    // In round n a flag is the n-th bit of its index: any two differ in one of the rounds.
    for (int round = 0; round < cell.turns(7); round++) {
      for (int i = 0; i < keys.size(); i++) {
        value(purple.flagSet(keys.get(i), (i >> round & 1) == 1));
      }
      for (int i = 0; i < keys.size(); i++) {
        assertThat(value(purple.flagGet(keys.get(i)))).isEqualTo((i >> round & 1) == 1);
      }
    }
  }

  @BadText.Each
  void aBadKeyIsRefused(BadText bad) {
    refusal(INVALID, purple.flagGet(bad.text));
    refusal(INVALID, purple.flagSet(bad.text, true));
  }

  @Test
  void anEmptyKeyIsRefused() {
    refusal(INVALID, purple.flagGet(""));
    refusal(INVALID, purple.flagSet("", true));
  }

  @Test
  void manyCallersAtOnceSetTheirOwnFlags() {
    Callers.run(4, (caller, turn) -> purple.flagSet(key + caller, turn % 2 == 0 ^ caller % 2 == 0));
    List<Boolean> flags = Callers.run(1, (caller, turn) -> purple.flagGet(key + caller));
    for (int caller = 0; caller < Callers.COUNT; caller++) {
      assertThat(flags.get(caller)).isEqualTo(caller % 2 == 0);
    }
  }

  @Test
  void manyCallersAtOnceSetOneFlag() {
    Callers.run(cell.turns(8), (caller, turn) -> purple.flagSet(key, caller % 2 == 0));
    boolean last = value(purple.flagGet(key));
    assertThat(Callers.run(1, (caller, turn) -> purple.flagGet(key))).containsOnly(last);
  }

  @Test
  void onceAFlagIsSetEveryCallerSeesIt() {
    List<Boolean> seen =
        Callers.run(
            cell.turns(8),
            (caller, turn) -> purple.flagSet(key, true).thenCompose(done -> purple.flagGet(key)));
    assertThat(seen).containsOnly(true);
  }
}
