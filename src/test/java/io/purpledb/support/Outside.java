package io.purpledb.support;

/** What an engine holds that is none of a server's business, and what a server must give back. */
public interface Outside {

  /** Nothing is outside of the server. */
  Outside NONE = () -> () -> {};

  /** Puts something there, before a server is started, used and closed. */
  Untouched plant();

  /** What must hold after that. */
  interface Untouched {
    void check();
  }
}
