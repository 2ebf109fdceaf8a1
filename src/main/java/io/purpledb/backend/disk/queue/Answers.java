package io.purpledb.backend.disk.queue;

import io.purpledb.message.WaitingAnswers;
import io.vertx.core.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Answers requests on the event loops that sent them, waking each loop once. */
final class Answers {

  private static final Logger LOG = System.getLogger(Answers.class.getName());

  private static final long HAND_MILLIS = 1_000;

  private Answers() {}

  static void send(List<Request<?>> requests) {
    requests.stream()
        .collect(Collectors.groupingBy(Request::loop))
        .forEach((loop, some) -> send(loop, some));
  }

  /**
   * The same for large ones, of which no more should come before these are with their connections:
   * waits for the loops and for the turns that large answers have there, but not for one that
   * hangs.
   */
  static void hand(List<Request<?>> requests) {
    CountDownLatch left = new CountDownLatch(requests.size());
    for (Request<?> request : requests) {
      send(
          request.loop(),
          request.resultBytes(),
          () -> {
            try {
              answer(request);
            } finally {
              left.countDown();
            }
          });
    }
    try {
      var unused = left.await(HAND_MILLIS, TimeUnit.MILLISECONDS);
      WaitingAnswers.OF_PROCESS.awaitFewer(HAND_MILLIS);
    } catch (InterruptedException e) {
      return; // nobody means to interrupt the database's threads
    }
  }

  private static void send(Context loop, List<Request<?>> some) {
    long bytes = some.stream().mapToLong(Request::resultBytes).sum();
    send(loop, bytes, () -> some.forEach(Answers::answer));
  }

  /**
   * @param bytes of the answers: from the loop on the server counts what it cannot send yet
   */
  private static void send(Context loop, long bytes, Runnable answers) {
    WaitingAnswers.OF_PROCESS.add(bytes);
    try {
      loop.runOnContext(
          go -> {
            try {
              answers.run();
            } finally {
              WaitingAnswers.OF_PROCESS.remove(bytes);
            }
          });
    } catch (RuntimeException e) {
      WaitingAnswers.OF_PROCESS.remove(bytes);
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
