package io.purpledb.support.process;

import io.purpledb.support.client.ServiceClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Where one node of a cluster lives.
 *
 * @param host where its servers listen
 * @param httpPort the port of the HTTP server, always the same one, also after a restart
 * @param grpcPort the port of the gRPC server
 * @param member how the other nodes reach it, as in the setting cluster-members
 * @param inside the command that runs another one there; empty for this machine
 */
public record Place(String host, int httpPort, int grpcPort, String member, List<String> inside) {

  // Below the ports that Linux gives to clients, so that nobody takes them during a restart.
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 32_000;
  private static final int PORTS_OF_MEMBER = 4;

  /** Places on the loopback address, each with free ports. */
  public static List<Place> onLoopback(int nodes) {
    Random random = new Random();
    List<Place> places = new ArrayList<>();
    while (places.size() < nodes) {
      int first = FIRST_PORT + 10 * random.nextInt((LAST_PORT - FIRST_PORT) / 10);
      Place place =
          new Place(
              ServiceClient.LOOPBACK,
              first + PORTS_OF_MEMBER,
              first + PORTS_OF_MEMBER + 1,
              ServiceClient.LOOPBACK + ":" + first,
              List.of());
      boolean free = IntStream.range(0, PORTS_OF_MEMBER + 2).allMatch(i -> isFree(first + i));
      if (free && !places.contains(place)) {
        places.add(place);
      }
    }
    return places;
  }

  /** The same place, where a command runs another one. */
  public Place inside(List<String> command) {
    return new Place(host, httpPort, grpcPort, member, command);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
