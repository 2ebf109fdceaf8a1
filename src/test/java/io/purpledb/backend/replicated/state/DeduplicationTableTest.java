package io.purpledb.backend.replicated.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

/** Writes that are sent again are done once, and what need not be known is forgotten. */
final class DeduplicationTableTest {

  private static final ByteString CLIENT = ByteString.copyFromUtf8("client");

  private DeduplicationTable answered = new DeduplicationTable(new Replies(1 << 20));
  private int done;

  @Test
  void aWriteThatIsSentAgainIsDoneOnceAndAnsweredTheSame() {
    assertThat(write(CLIENT, 5, 5)).isEqualTo("1");
    assertThat(write(CLIENT, 6, 5)).isEqualTo("2");
    assertThat(write(CLIENT, 5, 5)).isEqualTo("1");
    assertThat(write(CLIENT, 6, 5)).isEqualTo("2");
    assertThat(done).isEqualTo(2);
  }

  @Test
  void theSameNumberOfAnotherClientIsAnotherWrite() {
    assertThat(write(CLIENT, 5, 5)).isEqualTo("1");
    assertThat(write(ByteString.copyFromUtf8("other"), 5, 5)).isEqualTo("2");
  }

  @Test
  void writesMayComeInAnotherOrderThanTheirNumbers() {
    assertThat(write(CLIENT, 6, 5)).isEqualTo("1");
    assertThat(write(CLIENT, 5, 5)).isEqualTo("2");
    assertThat(write(CLIENT, 6, 5)).isEqualTo("1");
  }

  @Test
  void aWriteThatTheClientNoLongerWaitsForIsNotDone() {
    assertThat(write(CLIENT, 7, 7)).isEqualTo("1");
    assertThat(write(CLIENT, 6, 5)).isEqualTo(text(Replies.FORGOTTEN));
    assertThat(done).isEqualTo(1);
  }

  @Test
  void whatIsNotDoneAgainIsKnownAndTheQuestionChangesNothing() {
    assertThat(answered.knows(CLIENT, 5)).isFalse();
    assertThat(answered.image()).isEmpty();
    assertThat(write(CLIENT, 5, 5)).isEqualTo("1");
    assertThat(write(CLIENT, 7, 6)).isEqualTo("2");
    assertThat(answered.knows(CLIENT, 5)).isTrue(); // forgotten, and not done
    assertThat(answered.knows(CLIENT, 6)).isFalse();
    assertThat(answered.knows(CLIENT, 7)).isTrue();
    assertThat(answered.knows(ByteString.copyFromUtf8("other"), 7)).isFalse();
    assertThat(write(CLIENT, 6, 6)).isEqualTo("3");
  }

  /** Ratis has it in a cache of its own, which counts no bytes. */
  @Test
  void aReplyThatNobodyWaitsForLetsGoOfItsBytes() {
    ByteString large = ByteString.copyFrom(new byte[2_000]);
    Message first = answered.once(CLIENT, 1, 1, () -> large);
    assertThat(first.getContent()).isEqualTo(large);
    Message second = answered.once(CLIENT, 2, 2, () -> large);
    assertThat(first.getContent()).isEqualTo(Replies.FORGOTTEN.getContent());
    assertThat(second.getContent()).isEqualTo(large);
  }

  @Test
  void onlyRepliesThatTheClientWaitsForAreKept() {
    for (int number = 1; number <= 10; number++) {
      assertThat(write(CLIENT, number, Math.max(1, number - 2))).isNotEmpty();
    }
    assertThat(answered.image())
        .singleElement()
        .satisfies(
            client -> {
              assertThat(client.oldestOpen()).isEqualTo(8);
              assertThat(client.replies()).containsOnlyKeys(8L, 9L, 10L);
            });
  }

  @Test
  void theClientsThatWroteLastAreKept() {
    for (int client = 0; client < DeduplicationTable.MAX_CLIENTS; client++) {
      assertThat(write(client(client), 1, 1)).isNotEmpty();
    }
    assertThat(write(client(0), 2, 1)).isNotEmpty();
    assertThat(write(client(DeduplicationTable.MAX_CLIENTS), 1, 1)).isNotEmpty();
    assertThat(answered.image())
        .extracting(DeduplicationTable.Image::client)
        .hasSize(DeduplicationTable.MAX_CLIENTS)
        .contains(client(0), client(2), client(DeduplicationTable.MAX_CLIENTS))
        .doesNotContain(client(1));
  }

  @Test
  void anImageHasWhatIsKnown() {
    assertThat(write(CLIENT, 4, 4)).isEqualTo("1");
    assertThat(write(CLIENT, 5, 5)).isEqualTo("2");
    assertThat(write(CLIENT, 6, 5)).isEqualTo("3");
    DeduplicationTable before = answered;
    answered = new DeduplicationTable(new Replies(1 << 20));
    answered.restore(before.image());
    assertThat(write(CLIENT, 4, 4)).isEqualTo(text(Replies.FORGOTTEN));
    assertThat(write(CLIENT, 5, 5)).isEqualTo("2");
    assertThat(write(CLIENT, 6, 5)).isEqualTo("3");
    assertThat(done).isEqualTo(3);
  }

  private String write(ByteString client, long number, long oldestOpen) {
    return text(
        answered.once(
            client, number, oldestOpen, () -> ByteString.copyFromUtf8(String.valueOf(++done))));
  }

  private static ByteString client(int number) {
    return ByteString.copyFromUtf8("client " + number);
  }

  private static String text(Message reply) {
    return reply.getContent().toStringUtf8();
  }
}
