package io.purpledb.config;

import java.util.List;

/**
 * What the servers let web pages do.
 *
 * @param allowedHosts names by which this server may be asked besides those of loopback, in lower
 *     case and without a port; heeded by a server that listens on loopback alone
 * @param corsOrigins the origins whose pages may use it, as browsers write them; {@code *} for all,
 *     and then without credentials
 */
public record Browsers(List<String> allowedHosts, List<String> corsOrigins) {

  /** Pages of this server only. */
  public static final Browsers NONE = new Browsers(List.of(), List.of());
}
