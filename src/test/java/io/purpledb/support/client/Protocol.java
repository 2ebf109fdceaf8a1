package io.purpledb.support.client;

import io.purpledb.PurpleServer;
import java.util.Locale;

/** The ways into a server. A new constant runs the whole conformance suite. */
public enum Protocol {
  BUS {
    @Override
    public ServiceClient open(PurpleServer server) {
      return new BusServiceClient(server.vertx());
    }
  },

  HTTP {
    @Override
    public ServiceClient open(PurpleServer server) {
      return ServiceClient.http(server.httpPort());
    }
  },

  /** The HTTP server over HTTP/2, by prior knowledge. */
  HTTP2 {
    @Override
    public ServiceClient open(PurpleServer server) {
      return ServiceClient.http2(server.httpPort());
    }
  },

  GRPC {
    @Override
    public ServiceClient open(PurpleServer server) {
      return ServiceClient.grpc(server.grpcPort());
    }
  };

  /** A new client, closed by its owner. */
  public abstract ServiceClient open(PurpleServer server);

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
