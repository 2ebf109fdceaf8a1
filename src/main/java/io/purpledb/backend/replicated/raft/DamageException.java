package io.purpledb.backend.replicated.raft;

import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of a member that is not as the member left it, or that is missing. */
public final class DamageException extends IOException {

  private static final long serialVersionUID = 1;

  /**
   * @param reason what was found
   */
  public DamageException(Path file, String reason) {
    super(file + " is damaged: " + reason);
  }

  public DamageException(Path file, Throwable cause) {
    super(file + " is damaged: " + cause, cause);
  }

  /** The damage that a failure comes from; null when it comes from something else. */
  public static @Nullable DamageException in(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof DamageException damage) {
        return damage;
      }
    }
    return null;
  }

  /**
   * What the start ends with. A member must not begin anew by itself: an empty one that votes could
   * lose what a majority has acknowledged.
   *
   * @param directory what the member has
   */
  public StartFailure refusal(Path directory) {
    return StartFailure.wrongSurroundings(
        ("data-dir: %s (expected: what this member left there; either put it back, or, if a"
                + " majority of the other members has its data, move %s away: then this member"
                + " begins empty and gets all data from them)")
            .formatted(getMessage(), directory),
        this);
  }
}
