package io.purpledb.backend.disk;

import static io.purpledb.support.LibraryFault.mended;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What H2 promises of its own file, by the settings that promise most: the faults for which {@code
 * RedoLog} and the journal are there.
 */
@Timeout(60)
class StockH2Test {

  private static final String OPTIONS = ";DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0;PAGE_SIZE=2048";

  private static final int SMALL_BYTES = 100;
  private static final int SMALL_ROWS = 1_000;
  private static final int CHANGED_EVERY = 10;
  private static final int AT_LEAST_TIMES = 3;

  private static final int ROWS = 20;
  private static final int ROW_BYTES = 3_000;
  private static final int BLOCKS = ROWS * ROW_BYTES / 4_096;

  private final Path directory;
  private final Path data;
  private final Shadow shadow;
  private final Connection connection;
  private int cuts;

  StockH2Test(@TempDir Path directory) throws IOException, SQLException {
    ShadowDisk.register();
    this.directory = directory;
    this.data = Files.createDirectory(directory.resolve("data"));
    this.shadow = ShadowDisk.of(data.resolve("h2.mv.db"));
    this.connection = DriverManager.getConnection("jdbc:h2:shadow:" + data.resolve("h2") + OPTIONS);
  }

  @BeforeEach
  void create() throws SQLException {
    connection.setAutoCommit(false);
    run("CREATE TABLE T(ID INT PRIMARY KEY, CONTENT VARBINARY(10000))");
    run("CHECKPOINT SYNC");
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    ShadowDisk.forget(data);
  }

  @Test
  void aCommitIsNotForced() throws SQLException, IOException {
    int forces = shadow.forces();

    commitRows(1, 1, ROW_BYTES);

    assertThat(shadow.forces()).as(mended("a commit reaches the device")).isEqualTo(forces);
    assertThat(found(() -> false)).isEmpty();
  }

  @Test
  void aForcedCommitCostsItsPages() throws SQLException {
    commitRows(SMALL_ROWS, 1, SMALL_BYTES);
    run("CHECKPOINT SYNC");
    long before = shadow.writtenBytes();

    commitRows(SMALL_ROWS, CHANGED_EVERY, SMALL_BYTES);
    run("CHECKPOINT SYNC");

    long changed = SMALL_ROWS / CHANGED_EVERY * SMALL_BYTES;
    assertThat(shadow.writtenBytes() - before)
        .as(mended("a forced commit costs about what it changes"))
        .isGreaterThan(AT_LEAST_TIMES * changed);
  }

  /** Before a force, a device may have any of the blocks that it was given. */
  @Test
  void aBlockThatIsLostTakesWithItWhatWasForced() throws SQLException, IOException {
    commitRows(ROWS, 1, ROW_BYTES);
    run("CHECKPOINT SYNC");
    commitRows(ROWS, 1, ROW_BYTES + 1);
    assertThat(found(() -> false)).hasSize(ROWS).containsOnly(ROW_BYTES);
    assertThat(found(() -> true)).hasSize(ROWS).containsOnly(ROW_BYTES + 1);

    int whole = 0;
    while (whole < BLOCKS && isWhole(found(allBut(whole)))) {
      whole++;
    }

    assertThat(whole)
        .as(mended("what was forced is there whichever block of the next commit is lost"))
        .isLessThan(BLOCKS);
  }

  /** Whether each row is as it was forced, or as it was committed since. */
  private static boolean isWhole(List<Integer> found) {
    return found.size() == ROWS
        && found.stream().allMatch(bytes -> bytes == ROW_BYTES || bytes == ROW_BYTES + 1);
  }

  private void commitRows(int rows, int every, int bytes) throws SQLException {
    try (PreparedStatement merge = connection.prepareStatement("MERGE INTO T VALUES (?, ?)")) {
      for (int row = 0; row < rows; row += every) {
        merge.setInt(1, row);
        merge.setBytes(2, new byte[bytes]);
        merge.execute();
      }
    }
    connection.commit();
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /**
   * The lengths of the rows that H2 finds after a cut of the power; none when it cannot read.
   *
   * @param landed whether the next block that was not forced made it to the device
   */
  private List<Integer> found(BooleanSupplier landed) throws IOException {
    Path found = Files.createDirectory(directory.resolve("found" + cuts++));
    ShadowDisk.cutPower(data, found, landed);
    List<Integer> rows = new ArrayList<>();
    try (Connection opened =
            DriverManager.getConnection("jdbc:h2:" + found.resolve("h2") + OPTIONS);
        Statement statement = opened.createStatement();
        ResultSet row = statement.executeQuery("SELECT LENGTH(CONTENT) FROM T")) {
      while (row.next()) {
        rows.add(row.getInt(1));
      }
    } catch (SQLException unreadable) {
      return List.of();
    }
    return rows;
  }

  /** All blocks but one. */
  private static BooleanSupplier allBut(int lost) {
    AtomicInteger block = new AtomicInteger();
    return () -> block.getAndIncrement() != lost;
  }
}
