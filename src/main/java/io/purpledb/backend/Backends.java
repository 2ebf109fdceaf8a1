package io.purpledb.backend;

/** One engine: makes the backend of each service. The methods are the columns of the matrix. */
public interface Backends {

  /**
   * The engine's name, as in settings and addresses: {@code memory}, {@code disk}, {@code redis}.
   */
  String name();

  /**
   * Opens what a service needs, before any instance of it is made. Called off the event loop.
   *
   * @throws io.purpledb.config.StartFailure when it cannot be had, with one line that says why
   */
  void open(String service);

  Backend cache();

  Backend counter();

  Backend flag();

  Backend kv();

  Backend set();

  /** Closes what was opened, after all instances are closed. Called off the event loop. */
  void close();
}
