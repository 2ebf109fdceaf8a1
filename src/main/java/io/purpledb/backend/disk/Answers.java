package io.purpledb.backend.disk;

import io.vertx.core.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.stream.Collectors;

/** Answers requests on the event loops that sent them, waking each loop once. */
final class Answers {

  private static final Logger LOG = System.getLogger(Answers.class.getName());

  private Answers() {}

  static void send(List<Request<?>> requests) {
    requests.stream().collect(Collectors.groupingBy(Request::loop)).forEach(Answers::send);
  }

  private static void send(Context loop, List<Request<?>> requests) {
    try {
      loop.runOnContext(go -> requests.forEach(Answers::answer));
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "nobody waits for an answer: the event loop is closed", e);
    }
  }

  private static void answer(Request<?> request) {
    try {
      request.answer();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "an answer was not taken", e);
    }
  }
}
