package io.purpledb.backend.redis.resp;

/** What no Redis sends. */
public final class RespFormException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public RespFormException(String what, String found) {
    super("it sent %s%s%s".formatted(what, found.isEmpty() ? "" : ": ", found), null, false, false);
  }
}
