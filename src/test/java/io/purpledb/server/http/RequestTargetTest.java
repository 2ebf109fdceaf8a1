package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request line may be made of (RFC 9112, section 3). */
@Timeout(60)
class RequestTargetTest {

  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  private static Reply raw(String line) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      return client.send(line + "\r\nhost: localhost\r\n\r\n").reply();
    }
  }

  /** Browsers keep it to themselves; a client that sends it means another key. */
  @ParameterizedTest
  @ValueSource(strings = {"/kv/a#b", "/kv/a#", "/ping?#a", "/ping#"})
  void aFragmentIsNoPartOfIt(String target) throws Exception {
    assertThat(raw("GET " + target + " HTTP/1.1").problem(Kind.INVALID))
        .isEqualTo("target: %s (expected: none with a #; in a key it is %%23)".formatted(target));
  }

  @Test
  void aFragmentIsNoPartOfItInHttp2() throws Exception {
    try (Http2Client client = Http2Client.open(server.port())) {
      assertThat(
              client.whole(1, Http2Client.request("GET", "/kv/a#b")).reply(1).problem(Kind.INVALID))
          .isEqualTo("target: /kv/a#b (expected: none with a #; in a key it is %23)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/1.1", "Http/1.1", "hTTP/1.0"})
  void theVersionIsInCapitals(String version) throws Exception {
    assertThat(raw("GET /ping " + version).problem(Kind.INVALID))
        .isEqualTo("version: not in capitals (expected: HTTP/1.1 or HTTP/1.0)");
  }
}
