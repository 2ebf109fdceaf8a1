package io.purpledb.backend.disk.upgrade;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.Sql;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the database in which a version before kept a service; beside the entries, so
 * that it changes with them.
 *
 * @param dataSet of its files
 * @param record the last one of its log: one that was written to meanwhile has another
 * @param last the key up to where its entries are here, while they are copied; empty before any
 */
public record UpgradeState(Stage stage, long dataSet, long record, ByteString last) {

  /** All is here, and there is no such database. */
  public static final UpgradeState DONE = new UpgradeState(Stage.DONE, 0, 0, ByteString.EMPTY);

  /** With it a state is of no files. */
  public static final long NO_RECORD = -1;

  /** A row for each service. */
  public static final String TABLE =
      """
      CREATE TABLE UPGRADE(
        SERVICE VARBINARY(64) PRIMARY KEY,
        STAGE BIGINT NOT NULL,
        DATA_SET BIGINT NOT NULL,
        LAST_RECORD BIGINT NOT NULL,
        LAST_KEY VARBINARY(8192) NOT NULL)
      """;

  private static final String GET =
      "SELECT STAGE, DATA_SET, LAST_RECORD, LAST_KEY FROM UPGRADE WHERE SERVICE = ?";

  /** What changes a row; {@code upgrade} in the log. */
  public static final String PUT = "MERGE INTO UPGRADE KEY(SERVICE) VALUES (?, ?, ?, ?, ?)";

  /** How far it is; in the database by its code. */
  public enum Stage {
    /** A part of the entries may be here. */
    COPYING(0),
    /** All are here; the files go. */
    COPIED(1),
    /** The files are gone, or never were. */
    DONE(2);

    private final long code;

    Stage(long code) {
      this.code = code;
    }

    private static Stage of(long code) {
      return Stream.of(values())
          .filter(stage -> stage.code == code)
          .findFirst()
          .orElseThrow(
              () -> new IllegalStateException("stage %d (expected: 0 to 2)".formatted(code)));
    }
  }

  /** Null when nothing is known: this version has not opened the service yet. */
  public static @Nullable UpgradeState find(Sql sql, String service) throws SQLException {
    return sql.first(
        GET,
        row ->
            new UpgradeState(
                Stage.of(row.getLong(1)),
                row.getLong(2),
                row.getLong(3),
                ByteString.copyFrom(row.getBytes(4))),
        service.getBytes(UTF_8));
  }

  public void put(Sql sql, String service) throws SQLException {
    sql.change(PUT, service.getBytes(UTF_8), stage.code, dataSet, record, last);
  }

  /** Whether it is of files as they are now. */
  public boolean isOf(long otherDataSet, long otherRecord) {
    return dataSet == otherDataSet && record == otherRecord;
  }

  public UpgradeState at(ByteString key) {
    return new UpgradeState(stage, dataSet, record, key);
  }

  /** The same of files whose log ends with another record. */
  public UpgradeState at(long otherRecord) {
    return new UpgradeState(stage, dataSet, otherRecord, last);
  }

  public UpgradeState at(Stage next) {
    return new UpgradeState(next, dataSet, record, last);
  }
}
