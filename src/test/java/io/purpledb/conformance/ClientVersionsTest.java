package io.purpledb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The project of PurpleClient has the versions of the server's: one project cannot take them from
 * the other, as the server's is no parent and is in no repository.
 */
final class ClientVersionsTest {

  private final ClientPom server = new ClientPom("pom.xml");

  @ParameterizedTest
  @ValueSource(strings = {"pom.xml", "client/pom.xml", "program/pom.xml"})
  void areOfTheSameRelease(String file) {
    ClientPom pom = new ClientPom("clients/eventbus/" + file);
    assertThat(pom.text("/project/version | /project/parent/version"))
        .isEqualTo(server.text("/project/version"));
    Map<String, String> plugins = pom.versionsOf("plugin");
    plugins.keySet().retainAll(server.versionsOf("plugin").keySet());
    assertThat(server.versionsOf("plugin")).containsAllEntriesOf(plugins);
  }

  @Test
  void areSaidByTheReadme() {
    assertThat(Path.of("README.md"))
        .content()
        .contains(
            "  <artifactId>purple-eventbus</artifactId>\n  <version>%s</version>\n"
                .formatted(server.text("/project/version")));
  }

  @Test
  void haveTheSameLibraries() {
    Map<String, String> versions = ClientPom.CLIENT.versions();
    assertThat(versions).containsKeys("vertx.version", "protobuf.version");
    assertThat(server.versions()).containsAllEntriesOf(versions);
    assertThat(ClientPom.CLIENT.versionsOf("dependency").values())
        .isNotEmpty()
        .allMatch(version -> version.matches("[$][{][a-z]+[.]version}"));
  }
}
