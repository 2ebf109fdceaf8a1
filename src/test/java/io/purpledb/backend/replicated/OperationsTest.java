package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.v1.KvPutRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every operation, written through each of three nodes and read through each. */
final class OperationsTest {

  private static Nodes nodes;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    nodes = new Nodes(3, directory).startAll();
  }

  @AfterAll
  static void stop() throws Exception {
    nodes.close();
  }

  private static Ask on(int i) {
    return new Ask(nodes.node(i));
  }

  @Test
  void whatIsLateIsNotWritten() throws Exception {
    KvPutRequest put =
        KvPutRequest.newBuilder().setKey("late").setValue(ByteString.copyFromUtf8("v")).build();

    for (int i = 0; i < 3; i++) {
      Replication node = nodes.node(i);
      assertThatThrownBy(() -> Nodes.ask(node, put, Call.within(0)))
          .isInstanceOfSatisfying(
              Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.TIMED_OUT))
          .hasMessage("cluster: no answer before the deadline; nothing was sent");
      assertThat(on(i).get("late")).isNull();
    }
  }

  @Test
  void valuesAreThereOnEveryNode() throws Exception {
    for (int writer = 0; writer < 3; writer++) {
      on(writer).put("k", "value " + writer);
      for (int reader = 0; reader < 3; reader++) {
        assertThat(on(reader).get("k")).isEqualTo("value " + writer);
      }
      assertThat(on(writer).delete("k")).isTrue();
      for (int reader = 0; reader < 3; reader++) {
        assertThat(on(reader).get("k")).isNull();
      }
      assertThat(on(writer).delete("k")).isFalse();
    }
  }

  @Test
  void countersFlagsSetsAndCacheAreThereOnEveryNode() throws Exception {
    for (int writer = 0; writer < 3; writer++) {
      boolean odd = writer % 2 == 1;
      assertThat(on(writer).increment("c", 5)).isEqualTo(5L * (writer + 1));
      on(writer).setFlag("f", odd);
      assertThat(on(writer).add("s", "b")).containsExactly("b");
      assertThat(on(writer).add("s", "a")).containsExactly("a", "b");
      on(writer).cache("e", "text " + writer, 60);
      for (int reader = 0; reader < 3; reader++) {
        assertThat(on(reader).count("c")).isEqualTo(5L * (writer + 1));
        assertThat(on(reader).flag("f")).isEqualTo(odd);
        assertThat(on(reader).items("s")).containsExactly("a", "b");
        assertThat(on(reader).cached("e")).isEqualTo("text " + writer);
      }
      assertThat(on(writer).remove("s", "a")).containsExactly("b");
      assertThat(on(writer).remove("s", "b")).isEmpty();
    }
  }

  @Test
  void anOverflowIsAConflictAndChangesNothing() throws Exception {
    on(0).increment("big", Long.MAX_VALUE);
    for (int i = 0; i < 3; i++) {
      Ask node = on(i);
      assertThatThrownBy(() -> node.increment("big", 1))
          .isInstanceOfSatisfying(
              Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.CONFLICT))
          .hasMessageContaining("counter big: 1 more overflows");
      assertThat(node.count("big")).isEqualTo(Long.MAX_VALUE);
    }
  }
}
