package io.purpledb.service;

import io.purpledb.config.Config;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetRemoveRequest;

/** The sets: an unknown set is empty, and removing what is not there is no error. */
public final class SetService extends Service {

  public SetService(Config config) {
    super("set", config);
    passOn(SetGetRequest.class);
    passOn(SetAddRequest.class);
    passOn(SetRemoveRequest.class);
  }
}
