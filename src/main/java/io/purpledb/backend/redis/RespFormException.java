package io.purpledb.backend.redis;

/** What no Redis sends. */
final class RespFormException extends RuntimeException {

  private static final long serialVersionUID = 1;

  RespFormException(String what, String found) {
    super("it sent %s%s%s".formatted(what, found.isEmpty() ? "" : ": ", found), null, false, false);
  }
}
