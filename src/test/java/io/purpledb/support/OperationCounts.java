package io.purpledb.support;

import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Interceptor;
import io.purpledb.message.Operation;
import io.vertx.core.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Counts what comes in, by operation and by how it ended: {@code kvGet not_found}. */
public final class OperationCounts implements Interceptor {

  private final Map<String, Integer> counts = new ConcurrentSkipListMap<>();

  @Override
  public Future<? extends @Nullable Message> around(
      Operation operation, Message request, Call call, Next next) {
    Future<? extends @Nullable Message> answer;
    try {
      answer = next.proceed(request, call);
    } catch (Throwable t) {
      answer = Future.failedFuture(t);
    }
    return answer
        .onSuccess(response -> count(operation, "ok"))
        .onFailure(failure -> count(operation, Failure.of(failure).kind().code()));
  }

  /** All counts since the last time. */
  public synchronized Map<String, Integer> take() {
    Map<String, Integer> taken = Map.copyOf(counts);
    counts.clear();
    return taken;
  }

  private void count(Operation operation, String status) {
    counts.merge(operation.id() + " " + status, 1, Integer::sum);
  }
}
