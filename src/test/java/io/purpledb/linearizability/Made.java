package io.purpledb.linearizability;

import io.purpledb.linearizability.Action.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * A history made by an object that serves one call at a time, with clients that are as far away as
 * chance will have it. Some replies are lost, and so are some requests. The object may have a
 * defect that shows now and then.
 */
final class Made {

  /** What may be wrong with the object. */
  enum Defect {
    NONE,
    /** A reply that was right a while ago; the call changes nothing. */
    STALE,
    /** The reply is right, and what the call did is lost. */
    FORGETS
  }

  /** A time without replies. */
  record Outage(long from, long until) {
    static final Outage NONE = new Outage(0, 0);

    boolean contains(long time) {
      return from <= time && time < until;
    }
  }

  private static final int DELAY = 1_000;
  private static final int PAUSE = 3_000;
  private static final int LATE = 20_000;
  private static final int DEFECT_SHOWS = 10;
  private static final int STALE_BY = 12;

  private final Random random;
  private final double lost;
  private final Outage outage;
  private final Defect defect;

  /**
   * @param lost how many of the calls get no reply, from 0 to 1
   * @param outage when none does
   */
  Made(Random random, double lost, Outage outage, Defect defect) {
    this.random = random;
    this.lost = lost;
    this.outage = outage;
    this.defect = defect;
  }

  private record Plan<S>(
      int client, Action<S> action, long invoked, long effect, long completed, boolean answered) {}

  /** Calls of some clients, each of which waits for its reply or gives up before it goes on. */
  <S> List<RecordedCall<S>> history(S initial, List<Action<S>> actions, int clients, int turns) {
    List<Plan<S>> plans = new ArrayList<>();
    for (int client = 0; client < clients; client++) {
      long now = random.nextInt(DELAY);
      for (int turn = 0; turn < turns; turn++) {
        Plan<S> plan = plan(client, actions.get(random.nextInt(actions.size())), now);
        plans.add(plan);
        now = plan.completed() + 1 + random.nextInt(PAUSE);
      }
    }
    plans.sort(Comparator.comparingLong(Plan::effect));
    return served(initial, plans);
  }

  private <S> Plan<S> plan(int client, Action<S> action, long now) {
    boolean answered = random.nextDouble() >= lost && !outage.contains(now);
    long effect = now + 1 + random.nextInt(answered ? DELAY : LATE);
    long completed = answered ? effect + 1 + random.nextInt(DELAY) : now + DELAY;
    return new Plan<>(client, action, now, effect, completed, answered);
  }

  private <S> List<RecordedCall<S>> served(S initial, List<Plan<S>> plans) {
    List<RecordedCall<S>> calls = new ArrayList<>();
    List<S> states = new ArrayList<>(List.of(initial));
    for (Plan<S> plan : plans) {
      S state = states.get(states.size() - 1);
      if (plan.answered()) {
        Result<S> result = result(plan.action(), states);
        states.add(result.state());
        calls.add(
            new RecordedCall<>(
                plan.client(), plan.action(), plan.invoked(), plan.completed(), result.reply()));
      } else {
        boolean arrived = random.nextBoolean();
        states.add(arrived ? plan.action().on(state).state() : state);
        calls.add(RecordedCall.unknown(plan.client(), plan.action(), plan.invoked()));
      }
    }
    return calls;
  }

  private <S> Result<S> result(Action<S> action, List<S> states) {
    S state = states.get(states.size() - 1);
    S then = states.get(Math.max(0, states.size() - STALE_BY));
    if (defect == Defect.NONE || random.nextInt(DEFECT_SHOWS) > 0) {
      return action.on(state);
    }
    S seen = defect == Defect.STALE ? then : state;
    return new Result<>(state, action.on(seen).reply());
  }
}
