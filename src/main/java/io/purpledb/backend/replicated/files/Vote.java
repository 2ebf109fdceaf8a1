package io.purpledb.backend.replicated.files;

import io.purpledb.backend.replicated.raft.DamageException;
import java.io.IOException;
import java.io.Reader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code vote}: a copy, with a checksum, of what Ratis keeps in {@code raft-meta}, the
 * newest term and whom this member voted for in it. Ratis' file has no checksum, and a member that
 * forgets its vote could vote twice, for two leaders.
 *
 * <p>The copy is written before a vote is told, and when a leader is known. That this member voted
 * for itself need not be known before: after its end it does not lead that term any more. The copy
 * is not forced: after a power cut it may be older. When it is missing or damaged itself, the
 * original counts.
 */
final class Vote {

  private static final Logger LOG = System.getLogger(Vote.class.getName());
  private static final String NAME = "vote";

  private final Path original;
  private final Path copy;
  private @Nullable Cast written;

  /**
   * What a member has decided.
   *
   * @param votedFor an id; empty when it has not voted in this term
   */
  private record Cast(long term, String votedFor) {

    String line() {
      String values = term + " " + votedFor;
      CRC32C sum = new CRC32C();
      sum.update(values.getBytes(StandardCharsets.UTF_8));
      return values + " " + Long.toHexString(sum.getValue());
    }

    static @Nullable Cast of(byte[] content) {
      String line = new String(content, StandardCharsets.UTF_8);
      String[] parts = line.split(" ", -1);
      try {
        Cast cast = parts.length == 3 ? new Cast(Long.parseLong(parts[0]), parts[1]) : null;
        return cast != null && cast.line().equals(line) ? cast : null;
      } catch (NumberFormatException damaged) {
        return null;
      }
    }
  }

  /**
   * @param directory where both files are
   */
  Vote(Path directory) {
    this.original = directory.resolve("raft-meta");
    this.copy = directory.resolve(NAME);
  }

  /**
   * Compares the two; does nothing when there is no file of Ratis yet.
   *
   * @throws DamageException when what Ratis would read is not what was written
   */
  synchronized void check() throws IOException {
    Cast now = read();
    if (now == null || !Files.exists(copy)) {
      return;
    }
    Cast before = Cast.of(Files.readAllBytes(copy));
    if (before == null) {
      LOG.log(Level.WARNING, "cluster: {0} is damaged; it is written anew", copy);
      return;
    }
    boolean sameTerm = now.term == before.term;
    boolean changed = !before.votedFor.isEmpty() && !before.votedFor.equals(now.votedFor);
    if (now.term < before.term || (sameTerm && changed)) {
      throw new DamageException(
          original,
          "it has a vote for \"%s\" in term %d, but \"%s\" in term %d was the last one"
              .formatted(now.votedFor, now.term, before.votedFor, before.term));
    }
  }

  /**
   * Compares the term with that of the log.
   *
   * @throws DamageException when the log is of a later term
   */
  synchronized void check(long termOfLog) throws IOException {
    Cast now = read();
    if (now != null && now.term < termOfLog) {
      throw new DamageException(
          original, "it has term %d, but the log has term %d".formatted(now.term, termOfLog));
    }
  }

  /** Makes the copy the same as the original. */
  synchronized void remember() {
    try {
      Cast now = read();
      if (now != null && !now.equals(written)) {
        Path unfinished = copy.resolveSibling(NAME + ".tmp");
        Files.writeString(unfinished, now.line());
        Files.move(unfinished, copy, StandardCopyOption.ATOMIC_MOVE);
        written = now;
      }
    } catch (IOException e) { // an older copy is no harm
      LOG.log(Level.WARNING, "cluster: the vote cannot be remembered in " + copy, e);
    }
  }

  private @Nullable Cast read() throws IOException {
    Properties found = new Properties();
    try (Reader reader = Files.newBufferedReader(original)) {
      found.load(reader);
      String votedFor = found.getProperty("votedFor");
      if (votedFor == null) {
        throw new DamageException(original, "no vote in it");
      }
      return new Cast(Long.parseLong(found.getProperty("term")), votedFor);
    } catch (NoSuchFileException none) {
      return null;
    } catch (java.nio.charset.CharacterCodingException | IllegalArgumentException e) {
      throw new DamageException(original, e);
    }
  }
}
