package io.purpledb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Member;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node that does not own the disk answers, depending on who is there. */
@Timeout(30)
class RelayTest {

  private static final String ADDRESS = Bus.backend("disk", "kv");
  private static final List<Member> MEMBERS = Member.listOf("a:7800,b:7800,c:7800");
  private static final ClusterConfig CLUSTER =
      new ClusterConfig(MEMBERS, MEMBERS.get(1), true, MEMBERS.get(0), null);

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Context loop = vertx.getOrCreateContext();
  private final Membership membership = new Membership(CLUSTER);

  @BeforeEach
  void deploy() {
    Bus.registerCodecs(vertx);
    membership.update(List.of("a:7800#1", "b:7800#1", "guest#1"));
    onLoop(
        () ->
            vertx
                .deployVerticle(new Relay("kv", 10, 500, CLUSTER, membership))
                .<@Nullable KvGetResponse>mapEmpty());
  }

  @AfterEach
  void close() {
    BusNodes.await(vertx.close());
  }

  @Test
  void givesTheAnswerOfTheOwner() {
    KvGetResponse there = KvGetResponse.newBuilder().build();
    vertx
        .eventBus()
        .<KvGetRequest>consumer(
            ADDRESS, asked -> asked.reply(asked.body().getKey().equals("there") ? there : null));

    assertThat(get("there")).isEqualTo(there);
    assertThat(get("absent")).isNull();
  }

  @Test
  void givesTheFailureOfTheOwner() {
    vertx.eventBus().consumer(ADDRESS, asked -> asked.fail(429, "10 requests in flight"));

    assertRefused(Kind.BUSY, "10 requests in flight");
  }

  @Test
  void refusesWhileTheOwnerIsAway() {
    vertx.eventBus().consumer(ADDRESS, asked -> asked.reply(null));
    membership.update(List.of("b:7800#1", "c:7800#1"));

    assertRefused(Kind.UNAVAILABLE, "the owner of the disk, a:7800, is away");
  }

  @Test
  void refusesWithoutAMajority() {
    vertx.eventBus().consumer(ADDRESS, asked -> asked.reply(null));
    membership.update(List.of("b:7800#1", "guest#1"));

    assertRefused(Kind.UNAVAILABLE, "cut off from the majority: 1 of 3 members are here");
  }

  @Test
  void namesAnOwnerThatIsThereButDoesNotServe() {
    assertRefused(
        Kind.UNAVAILABLE, "the owner of the disk, a:7800, cannot be reached at " + ADDRESS);
  }

  @Test
  void endsARequestThatTheOwnerDoesNotAnswer() {
    vertx.eventBus().consumer(ADDRESS, asked -> {});

    assertRefused(Kind.TIMED_OUT, "the owner of the disk, a:7800, did not answer");
  }

  @Test
  void endsWhatWaitsWhenTheOwnerGoesAway() {
    vertx.eventBus().consumer(ADDRESS, asked -> membership.update(List.of("b:7800#1", "c:7800#1")));

    assertRefused(Kind.UNAVAILABLE, "a:7800, is away");
  }

  @Test
  void doesNotListenInPublic() {
    assertThatThrownBy(() -> BusNodes.await(Caller.anywhere(vertx, ADDRESS, 500).health()))
        .hasMessageContaining("No handlers");
  }

  private void assertRefused(Kind kind, String text) {
    assertThatThrownBy(() -> get("k"))
        .hasMessageContaining(text)
        .satisfies(thrown -> assertThat(Failure.of(thrown.getCause()).kind()).isEqualTo(kind));
  }

  private @Nullable KvGetResponse get(String key) {
    KvGetRequest request = KvGetRequest.newBuilder().setKey(key).build();
    return onLoop(() -> Caller.onThisLoop(vertx, ADDRESS, 5_000).request(request));
  }

  private interface Question {
    Future<@Nullable KvGetResponse> ask();
  }

  private @Nullable KvGetResponse onLoop(Question question) {
    Promise<@Nullable KvGetResponse> answer = Promise.promise();
    loop.runOnContext(x -> question.ask().onComplete(answer));
    return BusNodes.await(answer.future());
  }
}
