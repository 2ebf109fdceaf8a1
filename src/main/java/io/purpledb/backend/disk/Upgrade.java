package io.purpledb.backend.disk;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.backend.disk.database.DiskFile;
import io.purpledb.backend.disk.database.Refusals;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.upgrade.Former;
import io.purpledb.backend.disk.upgrade.UpgradeState;
import io.purpledb.backend.disk.upgrade.UpgradeState.Stage;
import io.purpledb.config.StartFailure;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Brings what a version before has kept of a service into the tables of entries, before the service
 * is served. It is copied piece by piece, each with the key up to where it is; the files go when
 * all of it is on the device. So it may end anywhere, and the next start goes on: behind the last
 * piece, or from the beginning if the version before has written to the files meanwhile.
 */
public final class Upgrade {

  private static final Logger LOG = System.getLogger(Upgrade.class.getName());

  private final DiskEngine engine;
  private final Path entries;
  private final Former former;
  private final DiskFile file;
  private final long pieceBytes;
  private final String service;

  /**
   * @param entries the file of the tables of entries, for people
   * @param file where the version before has kept the service
   * @param pieceBytes about how much is in memory at once, unless one value is larger
   */
  public Upgrade(DiskEngine engine, Path entries, Former former, DiskFile file, long pieceBytes) {
    this.engine = engine;
    this.entries = entries;
    this.former = former;
    this.file = file;
    this.pieceBytes = pieceBytes;
    this.service = former.service();
  }

  /**
   * Does what is left to do; blocks.
   *
   * @throws StartFailure with one line that says why it cannot be done
   */
  public void run() {
    UpgradeState known = await(engine.upgrade(service));
    Stage stage = known == null ? Stage.COPYING : known.stage();
    switch (stage) {
      case COPYING -> copy(known);
      case COPIED -> removeAll(known);
      case DONE -> requireNone();
    }
  }

  private void copy(@Nullable UpgradeState known) {
    if (file.isThere()) {
      remove(copied(known));
      return;
    }
    if (file.isMarked()) {
      throw missing();
    }
    if (known != null) {
      LOG.log(
          Level.WARNING,
          "{0} is gone, of which only a part was in {1}: {2} starts empty",
          file.path(),
          entries,
          service);
      clear();
    }
    note(UpgradeState.DONE);
  }

  private StartFailure missing() {
    return refusal(
        "of %1$s.* there is only the file .state, and %2$s does not have what was in the others"
                .formatted(stem(), entries)
            + " (expected: both as of one backup; move %s.* away to start empty)".formatted(stem()),
        new IllegalStateException());
  }

  private UpgradeState copied(@Nullable UpgradeState known) {
    DatabaseConnections former = file.open(this.former.schema());
    try {
      UpgradeState state =
          new UpgradeState(Stage.COPYING, former.dataSet(), former.lastNumber(), ByteString.EMPTY);
      if (known != null && known.isOf(state.dataSet(), state.record())) {
        state = known;
      } else if (known != null) {
        note(state.at(UpgradeState.NO_RECORD)); // what is here is no part of any files
        clear();
      }
      copy(former.reading(), state);
      former.close();
      return state;
    } catch (SQLException | IOException e) {
      former.abandon();
      throw file.refused(e);
    } catch (RuntimeException | Error e) {
      former.abandon();
      throw e;
    }
  }

  private void copy(Sql sql, UpgradeState from) throws SQLException {
    long count = former.count(sql);
    String goesOn = from.last().isEmpty() ? "" : ", where the last start ended";
    LOG.log(
        Level.INFO,
        "{0} is of a version before: its {1} entries are brought into {2}{3}",
        file.path(),
        count,
        entries,
        goesOn);
    engine.notBefore(former.millis(sql));
    Former.Pieces pieces = former.pieces(sql, from.last(), pieceBytes);
    UpgradeState state = from;
    for (Former.Piece piece = pieces.next(); piece != null; piece = pieces.next()) {
      state = state.at(piece.last());
      await(engine.take(service, piece, state));
    }
    note(state.at(Stage.COPIED));
    LOG.log(
        Level.INFO,
        "{0} has all {1} entries of {2}, which is removed; a version before cannot read them there",
        entries,
        count,
        file.path());
  }

  /** If all files are there yet, the version before may have written to them meanwhile. */
  private void removeAll(UpgradeState copied) {
    boolean mayHaveMore = file.isWhole() && file.markedDataSet() == copied.dataSet();
    remove(mayHaveMore ? copied(copied) : copied);
  }

  private void remove(UpgradeState copied) {
    if (file.isThere()) {
      if (file.markedDataSet() != copied.dataSet()) {
        throw foreign();
      }
      file.remove();
    }
    note(UpgradeState.DONE);
  }

  private void requireNone() {
    if (file.isThere()) {
      throw foreign();
    }
  }

  /** Somebody has put a copy of them there: what is right only he knows. */
  private StartFailure foreign() {
    return refusal(
        "%s is of a version before, and %s has had what belongs to %s since (expected: one of both;"
                .formatted(file.path(), entries, service)
            + " move %s.* away, or restore the whole directory from one backup)".formatted(stem()),
        new IllegalStateException());
  }

  private void clear() {
    while (await(engine.clear(service))) { // bit by bit
      Thread.onSpinWait();
    }
  }

  private void note(UpgradeState state) {
    await(engine.take(service, new Former.Piece(List.of(), ByteString.EMPTY, 0), state));
  }

  private <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Failure failure) {
        throw refusal(why(failure), failure);
      }
      throw e;
    }
  }

  private String why(Failure failure) {
    if (failure.kind() != Failure.Kind.STORAGE_FULL) {
      return "%s cannot take what is in %s: %s"
          .formatted(entries, file.path(), failure.getMessage());
    }
    return "%s has no room for what is in %s (expected: about %d bytes in %s; the next start goes on)"
        .formatted(entries, file.path(), bytes(), entries.getParent());
  }

  private Path stem() {
    return file.path().resolveSibling(service);
  }

  private long bytes() {
    try {
      return Files.size(file.path());
    } catch (IOException e) {
      return 0; // of a new service
    }
  }

  private static StartFailure refusal(String text, Exception cause) {
    return Refusals.failure(text, cause);
  }
}
