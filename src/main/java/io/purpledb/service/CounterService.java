package io.purpledb.service;

import io.purpledb.config.Config;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterIncrementRequest;

/** The counters: one that was never incremented is zero. */
public final class CounterService extends Service {

  public CounterService(Config config) {
    super("counter", config);
    passOn(CounterGetRequest.class);
    passOn(CounterIncrementRequest.class);
  }
}
