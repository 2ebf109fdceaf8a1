package io.purpledb.linearizability;

import static io.purpledb.linearizability.Verdict.Outcome.LINEARIZABLE;
import static io.purpledb.linearizability.Verdict.Outcome.NOT_LINEARIZABLE;
import static io.purpledb.linearizability.Verdict.Outcome.UNDECIDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.linearizability.Made.Defect;
import io.purpledb.linearizability.Made.Outage;
import io.purpledb.linearizability.Verdict.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many histories by chance, always the same ones, from each kind of object. */
final class RandomHistoriesTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int ROUNDS = 60;
  private static final int CLIENTS = 4;
  private static final int TURNS = 50;
  private static final int VALUES = 12;

  /** The kinds of objects, with what is asked of them: as many reads as writes. */
  enum Kind {
    REGISTER {
      @Override
      <T> T with(int values, Use<T> use) {
        return use.use(
            Optional.<String>empty(),
            each(
                values,
                value ->
                    List.of(
                        Actions.get(),
                        Actions.put("v" + value),
                        Actions.get(),
                        value % 4 == 0 ? Actions.delete() : Actions.put("w" + value))));
      }
    },
    COUNTER {
      @Override
      <T> T with(int values, Use<T> use) {
        return use.use(
            0L, each(values, amount -> List.of(Actions.count(), Actions.increment(amount + 1))));
      }
    },
    SET {
      @Override
      <T> T with(int values, Use<T> use) {
        return use.use(
            Set.<String>of(),
            each(
                values,
                item ->
                    List.of(Actions.items(), Actions.add("i" + item), Actions.remove("i" + item))));
      }
    },
    FLAG {
      @Override
      <T> T with(int values, Use<T> use) {
        return use.use(
            false,
            List.of(Actions.isSet(), Actions.isSet(), Actions.set(true), Actions.set(false)));
      }
    };

    private static <S> List<Action<S>> each(int values, IntFunction<List<Action<S>>> ofValue) {
      return IntStream.range(0, values).mapToObj(ofValue).flatMap(List::stream).toList();
    }

    abstract <T> T with(int values, Use<T> use);
  }

  /** Something done with any kind of object. */
  interface Use<T> {
    <S> T use(S initial, List<Action<S>> actions);
  }

  @ParameterizedTest
  @EnumSource
  void whatOneObjectServedPasses(Kind kind) {
    for (double lost : new double[] {0, 0.03}) {
      for (int seed = 0; seed < ROUNDS; seed++) {
        Verdict verdict = kind.with(VALUES, check(made(seed, lost, Defect.NONE)));
        assertThat(verdict.outcome()).as("seed %d: %s", seed, verdict).isEqualTo(LINEARIZABLE);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatOneObjectServedPassesInSpiteOfAnOutage(Kind kind) {
    assertThat(afterAnOutage(kind, Defect.NONE)).containsOnly(LINEARIZABLE);
  }

  @ParameterizedTest
  @EnumSource
  void staleRepliesAreFoundInSpiteOfAnOutage(Kind kind) {
    List<Outcome> outcomes = afterAnOutage(kind, Defect.STALE);
    assertThat(outcomes).doesNotContain(UNDECIDED);
    assertThat(Collections.frequency(outcomes, NOT_LINEARIZABLE)).isGreaterThan(ROUNDS / 3);
  }

  /**
   * Of some sixty calls nobody knows whether they happened. There are several of each kind, as when
   * a cluster stops under load; with a kind for each call no search would end.
   */
  private static List<Outcome> afterAnOutage(Kind kind, Defect defect) {
    int values = kind == Kind.COUNTER ? 1 : 6;
    return IntStream.range(0, ROUNDS)
        .mapToObj(seed -> new Made(new Random(seed), 0, new Outage(30_000, 70_000), defect))
        .map(made -> kind.with(values, check(made)).outcome())
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void staleRepliesAreFoundMostly(Kind kind) {
    // A flag has two values, so a wrong one is often one that was there at the same time.
    isFound(kind, Defect.STALE, kind == Kind.FLAG ? ROUNDS / 2 : ROUNDS * 9 / 10);
  }

  @ParameterizedTest
  @EnumSource
  void forgottenWritesAreFoundMostly(Kind kind) {
    // Nobody can tell when another client writes over a value before anybody could read it.
    boolean overwrites = kind == Kind.REGISTER || kind == Kind.FLAG;
    isFound(kind, Defect.FORGETS, overwrites ? ROUNDS / 4 : ROUNDS * 9 / 10);
  }

  private static void isFound(Kind kind, Defect defect, int atLeast) {
    long found =
        IntStream.range(0, ROUNDS)
            .mapToObj(seed -> kind.with(VALUES, check(made(seed, 0.03, defect))).outcome())
            .filter(NOT_LINEARIZABLE::equals)
            .count();
    assertThat(found).isGreaterThanOrEqualTo(atLeast);
  }

  /** Small histories of calls and replies by chance, checked by trying all orders as well. */
  @ParameterizedTest
  @EnumSource
  void agreesWithTryingAllOrders(Kind kind) {
    List<Boolean> answers = new ArrayList<>();
    for (int seed = 0; seed < 3_000; seed++) {
      answers.add(kind.with(VALUES, compare(new Random(seed))));
    }
    assertThat(answers.stream().filter(linearizable -> linearizable)).hasSizeGreaterThan(300);
    assertThat(answers.stream().filter(linearizable -> !linearizable)).hasSizeGreaterThan(300);
  }

  private static Made made(int seed, double lost, Defect defect) {
    return new Made(new Random(seed), lost, Outage.NONE, defect);
  }

  private static Use<Verdict> check(Made made) {
    return new Use<>() {
      @Override
      public <S> Verdict use(S initial, List<Action<S>> actions) {
        return Checker.check(initial, made.history(initial, actions, CLIENTS, TURNS), LIMIT);
      }
    };
  }

  private static Use<Boolean> compare(Random random) {
    return new Use<>() {
      @Override
      public <S> Boolean use(S initial, List<Action<S>> actions) {
        double lost = random.nextBoolean() ? 0.2 : 0.6;
        Made made = new Made(random, lost, Outage.NONE, Defect.NONE);
        List<RecordedCall<S>> calls = made.history(initial, actions, 3, 2);
        if (random.nextInt(4) > 0) {
          replaceOneReply(random, initial, calls);
        }
        boolean fits = AllOrders.anyFits(initial, calls);
        Verdict verdict = Checker.check(initial, calls, LIMIT);
        assertThat(verdict.outcome())
            .as("%s: %s", calls, verdict.text())
            .isEqualTo(fits ? LINEARIZABLE : NOT_LINEARIZABLE);
        return fits;
      }
    };
  }

  /** Some call gets another reply, which the object can give, but not with this history. */
  private static <S> void replaceOneReply(Random random, S initial, List<RecordedCall<S>> calls) {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int index = random.nextInt(calls.size());
      RecordedCall<S> call = calls.get(index);
      S state = initial;
      for (int steps = random.nextInt(4); steps > 0; steps--) {
        state = calls.get(random.nextInt(calls.size())).action().on(state).state();
      }
      Object reply = call.action().on(state).reply();
      if (!call.isUnknown() && !reply.equals(call.reply())) {
        calls.set(
            index,
            new RecordedCall<>(
                call.client(), call.action(), call.invoked(), call.completed(), reply));
        return;
      }
    }
  }
}
