package io.purpledb.support;

import io.purpledb.PurpleServer;
import io.purpledb.message.Failure.Kind;
import java.util.Locale;

/** The ways into a server. A new constant runs the whole conformance suite. */
public enum DoorType {
  BUS(Kind.INVALID) {
    @Override
    Door open(PurpleServer server) {
      return new BusDoorClient(server.vertx());
    }
  },

  HTTP(Kind.NOT_FOUND) {
    @Override
    Door open(PurpleServer server) {
      return Door.http(server.httpPort());
    }

    @Override
    public String notApplicable() {
      return "an empty key, because a path without a key is not in the contract; that such a path"
          + " is answered with 404 is checked";
    }
  },

  GRPC(Kind.INVALID) {
    @Override
    Door open(PurpleServer server) {
      return Door.grpc(server.grpcPort());
    }
  };

  private final Kind emptyKey;

  DoorType(Kind emptyKey) {
    this.emptyKey = emptyKey;
  }

  /** A new client, closed by its owner. */
  abstract Door open(PurpleServer server);

  /** How a request with an empty key is refused. */
  public Kind emptyKey() {
    return emptyKey;
  }

  /** What the suite cannot check here, with the reason; empty when it checks all. */
  public String notApplicable() {
    return "";
  }

  /** The name in reports. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
