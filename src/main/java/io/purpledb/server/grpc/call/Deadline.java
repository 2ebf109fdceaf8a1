package io.purpledb.server.grpc.call;

import io.purpledb.message.Failure;
import java.util.concurrent.TimeUnit;

/** The header grpc-timeout: 1 to 8 digits and a unit, such as {@code 200m}. */
public final class Deadline {

  private static final int MAX_DIGITS = 8;

  private Deadline() {}

  /**
   * The milliseconds that a client gives, rounded up so that no wait is cut to nothing; 0 only when
   * the client gives none at all. Fails as invalid on any other text.
   */
  public static long millis(String timeout) {
    int digits = timeout.length() - 1;
    if (digits < 1 || digits > MAX_DIGITS) {
      throw malformed(timeout);
    }
    long amount = 0;
    for (int i = 0; i < digits; i++) {
      int digit = timeout.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw malformed(timeout);
      }
      amount = amount * 10 + digit;
    }
    return switch (timeout.charAt(digits)) {
      case 'H' -> TimeUnit.HOURS.toMillis(amount);
      case 'M' -> TimeUnit.MINUTES.toMillis(amount);
      case 'S' -> TimeUnit.SECONDS.toMillis(amount);
      case 'm' -> amount;
      case 'u' -> (amount + 999) / 1_000;
      case 'n' -> (amount + 999_999) / 1_000_000;
      default -> throw malformed(timeout);
    };
  }

  private static Failure malformed(String timeout) {
    return Failure.invalid(
        "grpc-timeout: %s (expected: 1 to 8 digits and one of H, M, S, m, u, n)"
            .formatted(timeout));
  }
}
