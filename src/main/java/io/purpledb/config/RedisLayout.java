package io.purpledb.config;

/** How data is kept in a Redis. */
public enum RedisLayout {
  /** As it is kept there; in an empty one as {@link #ENTRIES}, if that can have it. */
  AUTO("auto"),
  /** In a database for each service, by Redis's own types, as v0.1.6 has it. */
  NATIVE("1"),
  /** In database 0, as entries with versions, expiry, order and a stream of changes. */
  ENTRIES("2");

  private final String text;

  RedisLayout(String text) {
    this.text = text;
  }

  /**
   * The one of a name.
   *
   * @param text as in the settings
   */
  public static RedisLayout of(String text) {
    for (RedisLayout layout : values()) {
      if (layout.text.equals(text)) {
        return layout;
      }
    }
    throw new IllegalArgumentException(text + " (expected: auto, 1 or 2)");
  }

  /** The name, as in settings. */
  @Override
  public String toString() {
    return text;
  }
}
