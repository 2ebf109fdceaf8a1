package io.purpledb.engine.entry;

import java.util.Map;

/**
 * What a user says about an entry; an engine only keeps it.
 *
 * @param mediaType empty when nothing is said
 * @param metadata immutable
 */
public record Description(String mediaType, Map<String, String> metadata) {

  /** Says nothing. */
  public static final Description NONE = new Description("", Map.of());
}
