package io.purpledb.server.http.contract;

import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.wire.Shown;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;

/**
 * What is answered as it is: the contract, and the page that shows it, a swagger-ui from the class
 * path. Read once and kept in memory.
 *
 * @param yaml the contract as it was written
 * @param json the contract in JSON
 * @param page the page
 * @param assets the files that the page loads, by name; there are no others
 */
public record StaticFiles(Answer yaml, Answer json, Answer page, Map<String, Answer> assets) {

  private static final String CSS = "text/css; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  /** Reads the files. Blocks. */
  static StaticFiles read(ContractDocument contract) {
    String swaggerUi = "META-INF/resources/webjars/swagger-ui/%s/".formatted(swaggerUiVersion());
    return new StaticFiles(
        new Answer(0, "application/yaml", Buffer.buffer(contract.yaml())),
        new Answer(0, Answer.JSON, contract.json().toBuffer()),
        file("text/html; charset=utf-8", "docs/page.html"),
        Map.of(
            "page.css", file(CSS, "docs/page.css"),
            "page.js", file(SCRIPT, "docs/page.js"),
            "swagger-ui.css", file(CSS, swaggerUi + "swagger-ui.css"),
            "swagger-ui-bundle.js", file(SCRIPT, swaggerUi + "swagger-ui-bundle.js"),
            "favicon-32x32.png", file("image/png", swaggerUi + "favicon-32x32.png")));
  }

  /** A file of the page; fails as not found when the page has no such file. */
  public Answer asset(String name) {
    Answer asset = assets.get(name);
    if (asset == null) {
      throw new Failure(Kind.NOT_FOUND, "no file found for " + Shown.cut(name));
    }
    return asset;
  }

  /** The webjar's folder is called like its version. */
  private static String swaggerUiVersion() {
    Properties properties = new Properties();
    try (InputStream in = open("META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  private static Answer file(CharSequence type, String resource) {
    try (InputStream in = open(resource)) {
      return new Answer(0, type, Buffer.buffer(in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String resource) {
    InputStream in = StaticFiles.class.getClassLoader().getResourceAsStream(resource);
    if (in == null) {
      throw new IllegalStateException(resource + " is not on the class path");
    }
    return in;
  }
}
