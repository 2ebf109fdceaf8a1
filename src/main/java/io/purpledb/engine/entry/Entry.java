package io.purpledb.engine.entry;

/**
 * A key and what is there, as it was at one moment.
 *
 * @param version the position of the change that made it so; never the same again for this key
 * @param expiresMillis from when on it is not there any more, in milliseconds since 1970; {@link
 *     #NEVER} for one that stays
 */
public record Entry(
    Key key, Value value, Description description, long version, long expiresMillis) {

  /** The expiry of an entry that stays. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Whether it is still there. */
  public boolean isAlive(long nowMillis) {
    return nowMillis < expiresMillis;
  }
}
