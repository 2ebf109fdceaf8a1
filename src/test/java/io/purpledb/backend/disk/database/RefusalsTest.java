package io.purpledb.backend.disk.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.DiskFullException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.sql.SQLException;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.junit.jupiter.api.Test;

final class RefusalsTest {

  @Test
  void damageAndADeviceThatFailsCannotBeRead() {
    assertThat(isUnreadable(new DamagedFileException("entries.mv.db", "block 7"))).isTrue();
    assertThat(isUnreadable(new IOException("Input/output error"))).isTrue();
    assertThat(isUnreadable(ofH2(DataUtils.ERROR_FILE_CORRUPT))).isTrue();
    assertThat(isUnreadable(ofH2(DataUtils.ERROR_CHUNK_NOT_FOUND))).isTrue();
  }

  @Test
  void aFullDiskAndAClosedDatabaseAreNoDamage() {
    IOException full = new IOException("No space left on device");
    assertThat(isUnreadable(DiskFullException.of("entries.mv.db", full))).isFalse();
    assertThat(isUnreadable(new ClosedChannelException())).isFalse();
    assertThat(isUnreadable(ofH2(DataUtils.ERROR_CLOSED))).isFalse();
    assertThat(isUnreadable(ofH2(DataUtils.ERROR_WRITING_FAILED))).isFalse();
    assertThat(isUnreadable(new IllegalArgumentException("what was asked"))).isFalse();
  }

  private static MVStoreException ofH2(int code) {
    return new MVStoreException(code, "of H2");
  }

  /** As H2 tells it. */
  private static boolean isUnreadable(Exception cause) {
    return Refusals.isUnreadable(
        new SQLException("General error", new IllegalStateException(cause)));
  }
}
