package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Notices;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is not as it should be is shown by a server that is ready. */
class DegradedTest {

  @Test
  void isShownWhileItLasts() {
    AtomicReference<@Nullable String> notice = new AtomicReference<>();
    try (TestHttpServer server = TestHttpServer.start()) {
      Notices.of(server.vertx()).add(notice::get);
      assertThat(server.get("/health/ready").json().containsKey("degraded")).isFalse();

      notice.set("clock: it was set");
      Reply ready = server.get("/health/ready");
      assertThat(ready.status()).isEqualTo(200);
      assertThat(ready.json().getString("status")).isEqualTo("up");
      assertThat(ready.json().getJsonArray("degraded")).containsExactly("clock: it was set");

      notice.set(null);
      assertThat(server.get("/health/ready").json().containsKey("degraded")).isFalse();
    }
  }
}
