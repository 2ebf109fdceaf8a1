package io.purpledb.service;

import io.purpledb.config.Config;
import io.purpledb.v1.FlagGetRequest;
import io.purpledb.v1.FlagSetRequest;

/** The flags: one that was never set is false. */
public final class FlagService extends Service {

  public FlagService(Config config) {
    super("flag", config);
    passOn(FlagGetRequest.class);
    passOn(FlagSetRequest.class);
  }
}
