package io.purpledb.engine;

/** What an engine may lack; one that lacks it refuses what needs it as {@code not_implemented}. */
public enum Capability {
  SEVERAL("commits of several keys or parts"),
  CHECKS("such check, and no bounds"),
  KINDS("place for values of this kind"),
  VERSIONS("versions"),
  DESCRIPTIONS("media types and metadata"),
  EXPIRY("expiry"),
  ITEMS("items"),
  NAMESPACES("namespaces"),
  SCAN("order to list"),
  CLAIM("claims"),
  WATCH("stream of changes");

  private final String text;

  Capability(String text) {
    this.text = text;
  }

  /** What it is, for people, after "has no". */
  public String text() {
    return text;
  }
}
