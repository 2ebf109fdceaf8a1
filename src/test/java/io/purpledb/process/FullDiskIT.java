package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.process.ServerProcess;
import io.purpledb.support.process.SmallDisk;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 32 MiB: what is acknowledged is kept, what has no room is refused. */
@Timeout(180)
class FullDiskIT {

  private static final int VALUE_BYTES = 200_000;
  private static final int LARGE_BYTES = 1 << 20;
  private static final int FILLER_BYTES = 10 << 20;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Path directory;
  private final List<String> acknowledged = new ArrayList<>();

  FullDiskIT(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void readsAndDeletesGoOnAlsoAfterAKill() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory, 32)) {
      Path filler = disk.outside().resolve("filler");
      Files.write(filler, new byte[FILLER_BYTES]);
      try (ServerProcess server = start(disk)) {
        putUntilRefused(server);
        assertThat(acknowledged).hasSizeGreaterThan(5);
        assertServed(server);
        server.kill();
      }
      try (ServerProcess server = start(disk)) {
        assertServed(server);
        refuse(server);
        Files.delete(filler);
        while (put(server, "after").statusCode() == 507) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        acknowledged.add("after");
        awaitNoNotice(server);
        assertAllThere(server);
      }
    }
  }

  private ServerProcess start(SmallDisk disk) {
    return disk.start("256m", "--backend", "disk", "--data-dir", directory.resolve("data") + "");
  }

  /** Until it is refused, in spite of the room that the journal keeps, for some time. */
  private void putUntilRefused(ServerProcess server) throws Exception {
    int refused = 0;
    for (int i = 0; refused < 20; i++) {
      HttpResponse<String> answer = put(server, "key" + i);
      if (answer.statusCode() == 204) {
        acknowledged.add("key" + i);
      } else {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(507);
        assertThat(answer.body())
            .contains("entries.mv.db has no room for writes", "No space left on device");
        refused++;
      }
    }
  }

  private void assertServed(ServerProcess server) throws Exception {
    HttpResponse<String> ready = get(server, "/health/ready");
    assertThat(ready.statusCode()).isEqualTo(200);
    assertAllThere(server);
    String deleted = acknowledged.remove(0);
    assertThat(send(server, "/kv/" + deleted, "DELETE", BodyPublishers.noBody()).statusCode())
        .isEqualTo(204);
    assertThat(get(server, "/kv/" + deleted).statusCode()).isEqualTo(404);
    refuse(server);
    assertThat(get(server, "/health/ready").body()).contains("degraded", "No space left on device");
  }

  /** Until there is no room again: a deletion made some. */
  private static void refuse(ServerProcess server) throws Exception {
    int status = 204;
    for (int i = 0; status == 204; i++) {
      status = put(server, "large" + i, LARGE_BYTES).statusCode();
    }
    assertThat(status).isEqualTo(507);
  }

  private void assertAllThere(ServerProcess server) throws Exception {
    for (String key : acknowledged) {
      HttpResponse<String> found = get(server, "/kv/" + key);
      assertThat(found.statusCode()).as(key).isEqualTo(200);
      assertThat(found.body().length()).isGreaterThan(VALUE_BYTES); // in JSON
    }
  }

  private static void awaitNoNotice(ServerProcess server) throws Exception {
    while (get(server, "/health/ready").body().contains("No space left")) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static HttpResponse<String> put(ServerProcess server, String key) throws Exception {
    return put(server, key, VALUE_BYTES);
  }

  private static HttpResponse<String> put(ServerProcess server, String key, int bytes)
      throws Exception {
    return send(server, "/kv/" + key, "PUT", BodyPublishers.ofByteArray(new byte[bytes]));
  }

  private static HttpResponse<String> get(ServerProcess server, String path) throws Exception {
    return send(server, path, "GET", BodyPublishers.noBody());
  }

  private static HttpResponse<String> send(
      ServerProcess server, String path, String method, BodyPublisher body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
            .header("content-type", "application/octet-stream")
            .method(method, body)
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }
}
