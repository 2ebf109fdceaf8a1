package io.purpledb.server.grpc.call;

import com.google.protobuf.Message;
import io.purpledb.server.grpc.method.HealthService;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The method Watch of grpc.health.v1 on one event loop. While anybody watches, the health of all
 * services is asked once per period, and who watches hears of a change.
 */
public final class HealthWatch {

  /** A connection is pinged after so many periods, lest it looks idle. */
  private static final int PERIODS_PER_PING = 20;

  private static final long NO_TIMER = -1;

  private final LoopCalls loop;
  private final HealthService health;
  private final long periodMillis;
  private final Set<Watcher> watchers = new HashSet<>();
  private long timer = NO_TIMER;
  private boolean asking;

  public HealthWatch(LoopCalls loop, HealthService health, long periodMillis) {
    this.loop = loop;
    this.periodMillis = periodMillis;
    this.health = health;
  }

  public void accept(GrpcServerRequest<Buffer, Buffer> request) {
    new Watcher(request).start();
  }

  private void add(Watcher watcher) {
    watchers.add(watcher);
    loop.streams().add(watcher);
    if (timer == NO_TIMER) {
      timer = loop.vertx().setPeriodic(periodMillis, id -> ask());
    }
  }

  private void remove(Watcher watcher) {
    watchers.remove(watcher);
    loop.streams().remove(watcher);
    if (watchers.isEmpty() && timer != NO_TIMER) {
      loop.vertx().cancelTimer(timer);
      timer = NO_TIMER;
    }
  }

  private void ask() {
    if (asking) {
      return;
    }
    asking = true;
    health
        .all()
        .onSuccess(
            statuses -> {
              asking = false;
              List.copyOf(watchers).forEach(watcher -> watcher.tell(statuses));
            });
  }

  private final class Watcher extends OneMessageCall {

    private String name = "";
    private ServingStatus told = ServingStatus.UNKNOWN;
    private int periods;

    Watcher(GrpcServerRequest<Buffer, Buffer> request) {
      super(loop, HealthCheckRequest.getDefaultInstance(), request);
    }

    @Override
    void onRequest(Message request) {
      name = ((HealthCheckRequest) request).getService();
      add(this);
      health.of(name).onSuccess(this::tell);
    }

    @Override
    void onEnd() {
      remove(this);
    }

    void tell(Map<String, ServingStatus> statuses) {
      tell(statuses.getOrDefault(name, ServingStatus.SERVICE_UNKNOWN));
    }

    private void tell(ServingStatus status) {
      if (status != told) {
        told = status;
        var unused = writeNow(HealthService.response(status));
      }
      if (++periods % PERIODS_PER_PING == 0) {
        ping();
      }
    }
  }
}
