package io.purpledb.server.wire.unread;

import io.netty.util.concurrent.EventExecutor;
import io.purpledb.message.WaitingAnswers;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Large answers of one event loop, which are made and written one after the other: when those of
 * one pass of the loop have some size, the next wait for its next pass, so that small requests,
 * which come in between, do not wait for all of them. Used on its event loop only.
 */
final class Turns {

  private static final int PASS_BYTES = 1 << 20;

  private final WaitingAnswers counted;
  private final ArrayDeque<Turn> waiting = new ArrayDeque<>();
  private long passBytes;
  private boolean passEnds;

  Turns() {
    this(WaitingAnswers.OF_PROCESS);
  }

  /**
   * @param counted is told what waits here
   */
  Turns(WaitingAnswers counted) {
    this.counted = counted;
  }

  private record Turn(EventExecutor loop, int bytes, int counted, Runnable answer) {}

  /**
   * Runs what makes and writes an answer, now or in a later pass.
   *
   * @param bytes about the size of the answer
   */
  void take(EventExecutor loop, int bytes, Runnable answer) {
    counted.add(bytes);
    waiting.add(new Turn(loop, bytes, bytes, answer));
    if (waiting.size() == 1) {
      run();
    }
  }

  /**
   * Runs what writes the next part of an answer that has had its turn, before those that wait for
   * theirs: so few answers are half-way.
   *
   * @param bytes about the size of the part
   */
  void takeNext(EventExecutor loop, int bytes, Runnable part) {
    waiting.addFirst(new Turn(loop, bytes, 0, part));
    if (waiting.size() == 1) {
      run();
    }
  }

  private void run() {
    while (passBytes < PASS_BYTES && !waiting.isEmpty()) {
      Turn next = waiting.remove();
      passBytes += next.bytes();
      counted.remove(next.counted());
      endPass(next.loop());
      next.answer().run();
    }
  }

  /** A task for a time is not looked at before the loop has read what has come meanwhile. */
  private void endPass(EventExecutor loop) {
    if (!passEnds) {
      var unused = loop.schedule(this::nextPass, 0, TimeUnit.NANOSECONDS);
      passEnds = true;
    }
  }

  private void nextPass() {
    passEnds = false;
    passBytes = 0;
    run();
  }
}
