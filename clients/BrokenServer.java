import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What clients meet when a server or a network is ill, for the programs that try their errors. The
 * first segment of the path says how, so that {@code http://…/mute} is the URL of a server that
 * never answers:
 *
 * <ul>
 *   <li>{@code mute} reads, and never answers;
 *   <li>{@code half} answers the head and a part of the body, and then nothing;
 *   <li>{@code closed} closes the connection instead of answering;
 *   <li>{@code proxy} answers 502 and HTML, as a proxy does whose server is gone;
 *   <li>{@code junk} answers 200 and what is no JSON;
 *   <li>{@code count-NAME} waits until {@value #TOGETHER} requests are there, and answers each a
 *       counter whose value is the number of connections that came for it so far.
 * </ul>
 *
 * <p>It prints its URL, and runs until it is killed.
 */
public final class BrokenServer {
  private static final int TOGETHER = 8;

  private static final Map<String, Count> counts = new ConcurrentHashMap<>();

  /** Of one NAME. Without the barrier, quick answers would let a single connection do. */
  private record Count(AtomicInteger connections, CyclicBarrier together) {}

  public static void main(String[] args) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"))) {
      System.out.println("Ready. http://127.0.0.1:" + server.getLocalPort());
      while (true) {
        Socket connection = server.accept();
        Thread thread = new Thread(() -> serve(connection));
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  private static void serve(Socket connection) {
    try (connection) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
      boolean first = true;
      for (String line; (line = in.readLine()) != null; ) {
        String illness = line.split("[ /]+")[1];
        while (!in.readLine().isEmpty()) {}
        Count count =
            counts.computeIfAbsent(
                illness, name -> new Count(new AtomicInteger(), new CyclicBarrier(TOGETHER)));
        if (first) {
          count.connections.incrementAndGet();
        }
        first = false;
        if (!answer(illness.split("-")[0], count, connection.getOutputStream())) {
          return;
        }
      }
    } catch (IOException | BrokenBarrierException | InterruptedException e) {
      // The client has gone.
    }
  }

  /** Whether the connection stays. */
  private static boolean answer(String illness, Count count, OutputStream out)
      throws IOException, BrokenBarrierException, InterruptedException {
    switch (illness) {
      case "mute" -> {}
      case "half" -> send(out, "200 OK", "application/json", 100, "{\"co");
      case "proxy" -> send(out, "502 Bad Gateway", "text/html", 5, "<hr/>");
      case "junk" -> send(out, "200 OK", "application/json", 5, "{junk");
      case "count" -> {
        count.together.await();
        String counter = "{\"counter\":\"c\",\"value\":" + count.connections + "}";
        send(out, "200 OK", "application/json", counter.length(), counter);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void send(OutputStream out, String status, String type, int length, String body)
      throws IOException {
    String head = "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: ";
    out.write((head + length + "\r\n\r\n" + body).getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }
}
