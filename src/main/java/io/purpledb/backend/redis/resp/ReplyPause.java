package io.purpledb.backend.redis.resp;

import io.purpledb.message.WaitingAnswers;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;

/**
 * Lets one connection read no more replies while many large answers wait for their turn: what they
 * are made of is in memory until then. They have their turns whether or not their clients read, so
 * the pause comes to an end; meanwhile Redis waits with what it has.
 */
public final class ReplyPause {

  private static final long LOOK_MILLIS = 1;

  private final Vertx vertx;
  private final NetSocket socket;
  private final WaitingAnswers answers;
  private boolean paused;

  public ReplyPause(Vertx vertx, NetSocket socket, WaitingAnswers answers) {
    this.vertx = vertx;
    this.socket = socket;
    this.answers = answers;
  }

  /** Some replies have been handed over. */
  public void look() {
    if (!paused && answers.isEnough()) {
      socket.pause();
      paused = true;
      lookAgain();
    }
  }

  private void lookAgain() {
    vertx.setTimer(
        LOOK_MILLIS,
        id -> {
          if (answers.isEnough()) {
            lookAgain();
          } else {
            paused = false;
            socket.resume();
          }
        });
  }
}
