package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.purpledb.server.http.contract.ContractDocument;
import io.purpledb.support.TestConfigs;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract is served as it was written, with a page that needs no other server. */
class DocsTest {

  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @Test
  void theContractIsServed() throws Exception {
    Reply yaml = server.get("/openapi.yaml");
    assertThat(yaml.type()).isEqualTo("application/yaml");
    assertThat(yaml.text()).isEqualTo(Files.readString(Path.of("openapi.yaml")));

    Reply json = server.get("/openapi.json");
    assertThat(json.type()).isEqualTo("application/json");
    assertThat(json.json()).isEqualTo(ContractDocument.parse(yaml.text()).json());
    assertThat(json.text()).contains("application/problem+json", "text/css", "\"$ref\"");
    assertThat(json.text()).doesNotContain("__absolute");
  }

  @Test
  void thePageLoadsOnlyWhatIsServed() {
    Reply page = server.get("/docs", "accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    assertThat(page.type()).isEqualTo("text/html; charset=utf-8");
    assertThat(
            Pattern.compile("(?:src|href)=\"([^\"]*)\"")
                .matcher(page.text())
                .results()
                .map(result -> result.group(1)))
        .hasSize(5)
        .allMatch(asset -> server.get(asset).status() == 200);
    assertThat(page.text()).doesNotContain("http:").doesNotContain("https:");
    assertThat(server.get("/docs/page.js").text()).contains("/openapi.json").doesNotContain("http");
  }

  @ParameterizedTest
  @CsvSource({"GET, /", "HEAD, /", "GET, /docs/", "GET, /?a=b"})
  void whoeverLooksAroundIsLedToThePage(String method, String path) {
    Reply reply = server.call(method, path, null);

    assertThat(reply.status()).isEqualTo(302);
    assertThat(reply.headers().get("location")).isEqualTo("/docs");
    assertThat(server.call("PUT", "/", null).problem(Kind.NO_SUCH_METHOD)).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "page.css, text/css; charset=utf-8",
    "page.js, text/javascript; charset=utf-8",
    "swagger-ui-bundle.js, text/javascript; charset=utf-8",
    "swagger-ui.css, text/css; charset=utf-8",
    "favicon-32x32.png, image/png",
  })
  void anAssetHasItsType(String name, String type) {
    Reply asset = server.get("/docs/" + name);

    assertThat(asset.type()).isEqualTo(type);
    assertThat(asset.body().length()).isPositive();
  }

  /** What the client does not take is not sent, although another file has a type that it takes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "page.css             | image/png                        | text/css",
        "page.css             | text/javascript, */*;q=0         | text/css",
        "swagger-ui.css       | text/*;q=0, */*                  | text/css",
        "page.js              | text/css                         | text/javascript",
        "favicon-32x32.png    | text/css, text/javascript        | image/png",
      })
  void anAssetOfAnotherTypeIsRefused(String name, String accept, String type) {
    String path = "/docs/" + name;
    assertThat(server.get(path, "accept", accept).problem(Kind.NOT_ACCEPTABLE))
        .isEqualTo("Accept: " + accept + " (expected: " + type + ")");
    assertThat(server.call("HEAD", path, null, "accept", accept).status()).isEqualTo(406);
    for (String taken : List.of(type, accept + ", " + type, "image/avif, *;q=.1", "*/*")) {
      assertThat(server.get(path, "accept", taken).type()).startsWith(type);
    }
    assertThat(server.get("/docs/none", "accept", accept).problem(Kind.NOT_FOUND)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "index.html",
        "page.html",
        "..",
        "..%2Fopenapi.yaml",
        "%2Fetc%2Fpasswd",
        "..%5Cx",
        "page.js%00",
        "PAGE.JS",
        "."
      })
  void nothingElseIsServed(String name) {
    assertThat(server.get("/docs/" + name).problem(Kind.NOT_FOUND))
        .startsWith("no file found for ");
  }

  @Test
  void theServerIsHealthy() {
    JsonObject up =
        new JsonObject().put("service", "kv").put("backend", "memory").put("status", "up");

    Reply ready = server.get("/health/ready");

    assertThat(ready.status()).isEqualTo(200);
    assertThat(ready.json().getString("status")).isEqualTo("up");
    assertThat(
            ready.json().getJsonArray("backends").stream()
                .map(b -> ((JsonObject) b).getString("service")))
        .containsExactlyElementsOf(TestConfigs.SERVICES);
    assertThat(ready.json().getJsonArray("backends").getJsonObject(3)).isEqualTo(up);
  }
}
