package io.purpledb.cluster.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import org.junit.jupiter.api.Test;

class BusEntryTest {

  private static final NodeInfo BUS = new NodeInfo("purple-0.purple", 7801, new JsonObject());

  @Test
  void comesOutOfItsBytesAsItWas() {
    BusEntry entry =
        BusEntry.NOTHING
            .with("purple.kv", 4)
            .at(BUS)
            .with("purple.kv", 9)
            .with("ä", Long.MAX_VALUE);
    BusEntry.Said said = BusEntry.Said.of(new BusEntry.Said("node#1", true, entry).toBytes());
    assertThat(said.node()).isEqualTo("node#1");
    assertThat(said.isQuestion()).isTrue();
    BusEntry read = said.entry();
    assertThat(read.version()).isEqualTo(4);
    assertThat(read.bus()).isEqualTo(BUS);
    assertThat(read.handlers()).containsOnlyKeys("purple.kv", "ä");
    assertThat(read.registrations("purple.kv", "node"))
        .containsExactly(
            new RegistrationInfo("node", 4, false), new RegistrationInfo("node", 9, false));
    assertThat(read.registrations("ä", "node"))
        .containsExactly(new RegistrationInfo("node", Long.MAX_VALUE, false));
  }

  @Test
  void saysWhereNothingIs() {
    BusEntry read =
        BusEntry.Said.of(new BusEntry.Said("n", false, BusEntry.NOTHING).toBytes()).entry();
    assertThat(read.bus()).isNull();
    assertThat(read.handlers()).isEmpty();
    assertThat(read.registrations("purple.kv", "node")).isEmpty();
  }

  @Test
  void isLaterAfterEachChange() {
    BusEntry added = BusEntry.NOTHING.with("a", 1).with("a", 2);
    BusEntry removed = added.without("a", 1);
    assertThat(BusEntry.later(added, removed)).isSameAs(removed);
    assertThat(BusEntry.later(removed, added)).isSameAs(removed);
    assertThat(removed.registrations("a", "n"))
        .containsExactly(new RegistrationInfo("n", 2, false));
    assertThat(removed.without("a", 2).handlers()).isEmpty();
    assertThat(removed.without("b", 7).registrations("a", "n")).hasSize(1);
  }
}
