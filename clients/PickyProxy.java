import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * A proxy for {@code java PickyProxy.java http://localhost:8080} that passes on what it can only
 * understand in one way, as there are: names and values of letters, digits, {@code -} and {@code
 * _}. It answers 400 when the target of a request, as it came, has anything else, such as {@code
 * %}, {@code .} or the {@code =} at the end of a padded key.
 *
 * <p>It prints its URL, and runs until it is killed.
 */
public final class PickyProxy {
  private static final Pattern TARGET =
      Pattern.compile("(/[\\w-]*)+(\\?\\w+=[\\w-]*(&\\w+=[\\w-]*)*)?");

  private static final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  public static void main(String[] args) throws IOException {
    // Or each answer with a body takes 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    HttpServer proxy = HttpServer.create(new InetSocketAddress(loopback, 0), 100);
    proxy.setExecutor(Executors.newCachedThreadPool());
    proxy.createContext("/", exchange -> serve(exchange, args[0]));
    proxy.start();
    System.out.println("Ready. http://127.0.0.1:" + proxy.getAddress().getPort());
  }

  private static void serve(HttpExchange exchange, String server) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String target = exchange.getRequestURI().toString();
    if (!TARGET.matcher(target).matches()) {
      String text = target + " (expected: " + TARGET + ")";
      exchange.getResponseHeaders().set("Content-Type", "text/plain");
      answer(exchange, 400, text.getBytes(StandardCharsets.UTF_8));
      return;
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + target));
    for (String name : List.of("Accept", "Content-Type")) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        request.header(name, value);
      }
    }
    request.method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
    HttpResponse<byte[]> response = send(request.build());
    response
        .headers()
        .firstValue("Content-Type")
        .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
    answer(exchange, response.statusCode(), response.body());
  }

  private static HttpResponse<byte[]> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      throw new InterruptedIOException(request.uri().toString());
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }
}
