package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.backend.DataCheck;
import io.purpledb.backend.disk.database.Refusals;
import io.purpledb.backend.disk.entries.EntryStore;
import io.purpledb.backend.disk.journal.Survey;
import io.purpledb.backend.disk.log.ChangeNames;
import io.purpledb.backend.disk.log.LoggedChange;
import io.purpledb.backend.disk.log.RedoLog;
import io.purpledb.backend.disk.record.FileId;
import io.purpledb.backend.disk.record.Mark;
import io.purpledb.backend.disk.record.Mark.Status;
import io.purpledb.backend.disk.table.EntryTable;
import io.purpledb.backend.disk.upgrade.Former;
import io.purpledb.engine.entry.Key;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.h2.store.fs.FilePath;

/**
 * Looks at the files of the databases in a data directory, changes nothing, and says what is whole,
 * what is damaged, and what can be saved.
 */
public final class DiskCheck {

  private static final int SHOWN = 20;

  private final Path directory;
  private final StringBuilder report = new StringBuilder();
  private boolean whole = true;
  private boolean inUse;

  private DiskCheck(Path directory) {
    this.directory = directory;
  }

  /** Looks at all services in a directory. */
  public static DataCheck of(Path directory) {
    DiskCheck check = new DiskCheck(directory);
    check.line(directory.toString());
    check.service(DiskEngine.STEM);
    for (Former former : Former.ALL) {
      if (Files.exists(check.file(former.service(), ".mv.db"))) {
        check.service(former.service());
        check.line("  of a version before; the next start brings it into entries.mv.db");
      }
    }
    return new DataCheck(check.whole, check.inUse, check.report.toString());
  }

  private void service(String service) {
    Path database = file(service, ".mv.db");
    if (!Files.exists(database)) {
      line("%s: no database".formatted(service));
      return;
    }
    try (FileChannel channel =
            FileChannel.open(database, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        inUse(service);
        return;
      }
    } catch (OverlappingFileLockException e) { // by this process
      inUse(service);
      return;
    } catch (IOException e) {
      damage("%s: %s".formatted(service, e));
      return;
    }
    try (Mark mark = Mark.read(FilePath.get(file(service, ".state").toString()), service)) {
      if (mark.status() == Status.NONE && isEmpty(service)) {
        line("%s: empty, as of a first start that did not end".formatted(service));
        return;
      }
      if (mark.status() == Status.NONE) {
        damage(
            "%1$s: %1$s.state is missing (expected: it, but for data of an older Purple)"
                .formatted(service));
        return;
      }
      line(
          "%s: data set %016x, %s; log to record %d, journal to record %d"
              .formatted(
                  service,
                  mark.dataSet(),
                  mark.status() == Status.CLOSED ? "closed in order" : "not closed in order",
                  mark.logged(),
                  mark.journaled()));
      compare(service, mark);
      database(service, mark);
      records(mark.sibling(".journal"), mark.journaled(), service);
      log(mark.sibling(".redo"), mark.logged(), service);
    } catch (IOException e) {
      damage("  " + Refusals.reason(e));
    }
  }

  private boolean isEmpty(String service) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(service + ".") && Files.size(file) > 0) {
          return false;
        }
      }
    }
    return true;
  }

  private void compare(String service, Mark mark) {
    try {
      Survey.compare(file(service, ".journal"), file(service, ".sums"), mark);
    } catch (IOException e) {
      damage("  " + Refusals.reason(e));
    }
  }

  private void database(String service, Mark mark) {
    Path database = file(service, ".mv.db");
    try {
      Set<Long> journaled = Survey.blocks(file(service, ".journal"), mark.sibling(".journal"));
      List<Long> damaged =
          Survey.damaged(database, file(service, ".sums"), mark.sibling(".sums"), journaled);
      if (damaged.isEmpty()) {
        line("  %s.mv.db: %d bytes, whole".formatted(service, Files.size(database)));
      } else {
        damage(
            ("  %s.mv.db: %d blocks of 4096 bytes are damaged, at byte %s; what is in the others"
                    + " can be read")
                .formatted(service, damaged.size(), shown(damaged)));
      }
    } catch (IOException e) {
      damage("  %s.mv.db: not checked, as %s".formatted(service, Refusals.reason(e)));
    }
  }

  private void records(FileId id, long promised, String service) {
    try {
      show(id, Survey.records(directory.resolve(id.name()), id, record -> {}), promised);
    } catch (IOException e) {
      damage("  %s.journal: %s".formatted(service, Refusals.reason(e)));
    }
  }

  private void log(FileId id, long promised, String service) {
    List<Set<String>> keys = new ArrayList<>();
    ChangeNames names =
        service.equals(DiskEngine.STEM)
            ? EntryStore.names(DiskBackends.IN_ENTRIES)
            : ChangeNames.NONE;
    try {
      List<Survey.Run> runs =
          Survey.records(directory.resolve(id.name()), id, record -> keys.add(keys(record, names)));
      show(id, runs, promised);
      if (runs.size() > 1) {
        int before = (int) (runs.get(0).last() - runs.get(0).first() + 1);
        Set<String> behind = new TreeSet<>();
        keys.subList(before, keys.size()).forEach(behind::addAll);
        line("  the records behind it change: %s".formatted(shown(List.copyOf(behind))));
      }
    } catch (IOException e) {
      damage("  %s.redo: %s".formatted(service, Refusals.reason(e)));
    }
  }

  /** Several runs are damage: what is between them was whole once, as what follows was written. */
  private void show(FileId id, List<Survey.Run> runs, long promised) {
    long last = runs.isEmpty() ? 0 : runs.get(runs.size() - 1).last();
    if (runs.size() > 1) {
      Survey.Run first = runs.get(0);
      damage(
          "  %s: damaged at byte %d, behind record %d; whole behind it: %s"
              .formatted(
                  id.name(),
                  first.end(),
                  first.last(),
                  String.join(
                      ", ",
                      runs.subList(1, runs.size()).stream()
                          .map(run -> "records %d to %d".formatted(run.first(), run.last()))
                          .toList())));
    } else if (last < promised && !runs.isEmpty()) {
      damage(
          "  %s: ends at byte %d with record %d (expected: record %d)"
              .formatted(id.name(), runs.get(0).end(), last, promised));
    } else if (runs.isEmpty()) {
      line("  %s: empty".formatted(id.name()));
    } else {
      line("  %s: records %d to %d, whole".formatted(id.name(), runs.get(0).first(), last));
    }
  }

  /** The keys of a record's changes: of entries with their service, else the first parameter. */
  private static Set<String> keys(ByteBuffer record, ChangeNames names) {
    Set<String> keys = new TreeSet<>();
    try {
      for (LoggedChange change : RedoLog.changes(record, names)) {
        Key entry = EntryTable.changed(change);
        if (entry != null) {
          keys.add(entry.service() + "/" + entry.name());
        } else if (!change.parameters().isEmpty()
            && change.parameters().get(0) instanceof byte[] key
            && !isInside(change.sql())) {
          keys.add(new String(key, UTF_8));
        }
      }
    } catch (IOException e) {
      keys.add("(unreadable: " + Refusals.reason(e) + ")");
    }
    return keys;
  }

  /** Whether a statement's first parameter is the key of nothing that a service has. */
  private static boolean isInside(String sql) {
    return sql.contains(" VALUE_") || sql.contains(" UPGRADE ");
  }

  private static String shown(List<?> all) {
    List<String> some = all.stream().limit(SHOWN).map(String::valueOf).toList();
    String more = all.size() > SHOWN ? " and %d more".formatted(all.size() - SHOWN) : "";
    return String.join(", ", some) + more;
  }

  private Path file(String service, String suffix) {
    return directory.resolve(service + suffix);
  }

  private void inUse(String service) {
    inUse = true;
    damage("%s: in use (expected: no server on this directory)".formatted(service));
  }

  private void damage(String text) {
    whole = false;
    line(text);
  }

  private void line(String text) {
    report.append(text).append('\n');
  }
}
