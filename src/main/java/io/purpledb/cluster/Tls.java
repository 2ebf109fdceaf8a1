package io.purpledb.cluster;

import io.purpledb.cluster.membership.ShakenServerSocket;
import io.purpledb.config.ClusterTls;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.ServerSocket;
import javax.net.ssl.SSLContext;
import org.jgroups.util.DefaultSocketFactory;
import org.jgroups.util.SocketFactory;

/**
 * The same certificates for the event bus and for JGroups: each side of a connection shows one, and
 * each accepts what the authority signed, whatever the name in it.
 */
record Tls(ClusterTls files) {

  /** Makes the event bus use them. */
  void addTo(EventBusOptions bus) {
    bus.setSsl(true).setKeyCertOptions(key()).setTrustOptions(trust());
    bus.setClientAuth(ClientAuth.REQUIRED);
  }

  /** Sockets for JGroups that use them. */
  SocketFactory sockets(Vertx vertx) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        key().getKeyManagerFactory(vertx).getKeyManagers(),
        trust().getTrustManagerFactory(vertx).getTrustManagers(),
        null);
    return new DefaultSocketFactory(context) {
      @Override
      public ServerSocket createServerSocket(String name) throws IOException {
        return new ShakenServerSocket(context);
      }
    };
  }

  private PemKeyCertOptions key() {
    return new PemKeyCertOptions()
        .addCertPath(files.certificate().toString())
        .addKeyPath(files.key().toString());
  }

  private PemTrustOptions trust() {
    return new PemTrustOptions().addCertPath(files.authority().toString());
  }
}
