package io.purpledb.server.http.binding;

import com.fasterxml.jackson.core.JsonGenerator;
import io.purpledb.config.Config;
import io.purpledb.message.Failure;
import io.purpledb.message.Notices;
import io.purpledb.message.bus.Caller;
import io.purpledb.message.bus.PublicCaller;
import io.purpledb.server.http.answer.Answer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the server can serve: it asks every service, which asks its backend, all at once, and in
 * a cluster whether this node sees a majority.
 */
public final class HealthHandler {

  /** Whoever can answer this is alive. */
  static final Answer LIVE = answer(List.of(), null, List.of());

  private static final int UNAVAILABLE = Failure.Kind.UNAVAILABLE.httpStatus();

  private final Config config;
  private final Map<String, Caller> services;
  private final @Nullable PublicCaller cluster;
  private final Notices notices;

  /**
   * @param services the caller of each service, in the order of the answer
   * @param cluster whom to ask about the cluster; null outside of one
   * @param notices what is not as it should be, though the server can serve
   */
  public HealthHandler(
      Config config,
      Map<String, Caller> services,
      @Nullable PublicCaller cluster,
      Notices notices) {
    this.config = config;
    this.services = services;
    this.cluster = cluster;
    this.notices = notices;
  }

  /** The health of one service; its detail is null when it is up. */
  private record State(String service, String backend, @Nullable String detail) {}

  /** The health of all services; 503 when one of them is down. */
  Future<Answer> ready() {
    List<Future<State>> states = new ArrayList<>();
    services.forEach((service, caller) -> states.add(state(service, caller)));
    return Future.all(states)
        .compose(all -> clusterState().map(state -> answer(all.list(), state, notices.now())));
  }

  /** The state of the cluster; null outside of one. */
  private Future<@Nullable JsonObject> clusterState() {
    return cluster == null ? Future.succeededFuture() : cluster.state();
  }

  private Future<State> state(String service, Caller caller) {
    String backend = config.backend(service);
    return caller
        .health()
        .map(up -> new State(service, backend, null))
        .otherwise(down -> new State(service, backend, Failure.of(down).getMessage()));
  }

  private static Answer answer(
      List<State> states, @Nullable JsonObject cluster, List<String> degraded) {
    boolean up =
        states.stream().allMatch(state -> state.detail() == null)
            && (cluster == null || "up".equals(cluster.getString("status")));
    Answer answer =
        Answer.json(
            json -> {
              writeStatus(json, up);
              json.writeArrayFieldStart("backends");
              for (State state : states) {
                write(json, state);
              }
              json.writeEndArray();
              if (!degraded.isEmpty()) {
                json.writeArrayFieldStart("degraded");
                for (String notice : degraded) {
                  json.writeString(notice);
                }
                json.writeEndArray();
              }
              if (cluster != null) {
                json.writeFieldName("cluster");
                json.writeRawValue(cluster.encode());
              }
            });
    return up ? answer : answer.withStatus(UNAVAILABLE);
  }

  private static void write(JsonGenerator json, State state) throws IOException {
    json.writeStartObject();
    json.writeStringField("service", state.service());
    json.writeStringField("backend", state.backend());
    writeStatus(json, state.detail() == null);
    if (state.detail() != null) {
      json.writeStringField("detail", state.detail());
    }
    json.writeEndObject();
  }

  private static void writeStatus(JsonGenerator json, boolean up) throws IOException {
    json.writeStringField("status", up ? "up" : "down");
  }
}
