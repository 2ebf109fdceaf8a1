package io.purpledb.support;

import io.purpledb.PurpleServer;
import java.util.Locale;

/** The ways into a server. A new constant runs the whole conformance suite. */
public enum DoorType {
  BUS {
    @Override
    Door open(PurpleServer server) {
      return new BusDoorClient(server.vertx());
    }
  },

  HTTP {
    @Override
    Door open(PurpleServer server) {
      return Door.http(server.httpPort());
    }
  },

  /** The HTTP door over HTTP/2, by prior knowledge. */
  HTTP2 {
    @Override
    Door open(PurpleServer server) {
      return Door.http2(server.httpPort());
    }
  },

  GRPC {
    @Override
    Door open(PurpleServer server) {
      return Door.grpc(server.grpcPort());
    }
  };

  /** A new client, closed by its owner. */
  abstract Door open(PurpleServer server);

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
