package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * target/purple finds its Java, its options and its class archive, and says what it cannot find.
 */
@Timeout(120)
class LauncherIT {

  private static final Path TARGET =
      Path.of(System.getProperty("purple.jar", "target/purple.jar"))
          .toAbsolutePath()
          .resolveSibling("");

  @TempDir private Path directory = Path.of("");

  private record Run(int status, String output) {}

  private Run run(Path launcher, Map<String, String> variables, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PURPLE_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(variables);
    builder.environment().values().removeIf(value -> value.equals("unset"));
    File output = directory.resolve("output").toFile();
    Process process = builder.redirectOutput(output).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), Files.readString(output.toPath()));
  }

  private Path java(String version, boolean withRelease) throws IOException {
    Path home = directory.resolve("java " + version + withRelease);
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(
        java,
        "#!/bin/sh\n[ \"$1\" = -version ] && echo 'openjdk version \"" + version + "\"' >&2\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    if (withRelease) {
      Files.writeString(home.resolve("release"), "A=\"b\"\nJAVA_VERSION=\"" + version + "\"\n");
    }
    return home;
  }

  @Test
  void startsWithTheOptionsAndTheArchive() throws Exception {
    Map<String, String> show = new HashMap<>();
    show.put("PURPLE_JAVA_OPTS", "-Xmx77m -XX:+PrintCommandLineFlags");
    Run run = run(TARGET.resolve("purple"), show, "--help");

    assertThat(run.status()).as(run.output()).isZero();
    assertThat(run.output())
        .contains("--backend", "-XX:+UseParallelGC", "-XX:MaxHeapSize=80740352")
        .contains("-XX:SharedArchiveFile=" + TARGET.resolve("purple.jsa"));
  }

  @Test
  void isFoundByALinkFromAnywhere() throws Exception {
    Path link = directory.resolve("a link");
    Files.createSymbolicLink(link, TARGET.resolve("purple"));
    Path further = directory.resolve("further");
    Files.createSymbolicLink(further, Path.of("a link"));

    assertThat(run(further, Map.of(), "--version").output()).startsWith("purple ");
    String path = Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH");
    assertThat(run(further, Map.of("JAVA_HOME", "unset", "PATH", path), "--version").output())
        .startsWith("purple ");
  }

  /** A shell that has it exported goes elsewhere, and says where. */
  @Test
  void isFoundWhateverCdpathIs() throws Exception {
    Files.createSymbolicLink(directory.resolve("sub"), TARGET);

    Run run =
        run(
            Path.of("/bin/sh"),
            Map.of("CDPATH", directory.toString()),
            "-c",
            "sub/purple --version");

    assertThat(run.output()).startsWith("purple ");
  }

  /** What is given wins over jvm.options, also where a JVM takes no two of a kind. */
  @Test
  void takesAnotherCollectorAndASmallHeap() throws Exception {
    Path launcher = TARGET.resolve("purple");
    String print = " -XX:+PrintCommandLineFlags";
    Run g1 = run(launcher, Map.of("PURPLE_JAVA_OPTS", "-XX:+UseG1GC" + print), "--version");
    assertThat(g1.status()).as(g1.output()).isZero();
    assertThat(g1.output())
        .contains("-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", "-XX:InitialHeapSize=16777216")
        .doesNotContain("UseParallelGC", "MaxNewSize", "GCTimeRatio");
    for (String small : List.of("-Xmx12m", "-Xmx12288K", "-Xmx12582912", "-XX:MaxHeapSize=12m")) {
      Run run = run(launcher, Map.of("PURPLE_JAVA_OPTS", small + print), "--version");
      assertThat(run.status()).as(run.output()).isZero();
      assertThat(run.output()).contains("-XX:MaxHeapSize=12582912", "-XX:+UseParallelGC");
    }
    for (String large : List.of("-Xmx16m", "-Xmx1g", "-XX:-UseG1GC")) {
      Run run = run(launcher, Map.of("PURPLE_JAVA_OPTS", large + print), "--version");
      assertThat(run.output()).contains("-XX:InitialHeapSize=16777216", "-XX:+UseParallelGC");
    }
  }

  /** Else somebody believes for long that the memory is bounded. */
  @Test
  void tellsOfAnOptionThatTheJvmDoesNotKnow() throws Exception {
    for (String mistyped : List.of("-XX:MaxRamPercentage=75", "-Xfoo")) {
      Map<String, String> variables = Map.of("PURPLE_JAVA_OPTS", mistyped);

      Run run = run(TARGET.resolve("purple"), variables, "--version");

      assertThat(run.status()).as(run.output()).isNotZero();
      assertThat(run.output()).containsAnyOf("MaxRamPercentage", "-Xfoo");
    }
  }

  @Test
  void takesTheWordsOfTheOptionsAsTheyAre() throws Exception {
    Files.createFile(directory.resolve("-Dpurple.test=found"));

    Run run =
        run(
            TARGET.resolve("purple"),
            Map.of("PURPLE_JAVA_OPTS", "-Dpurple.test=*  -XshowSettings:properties"),
            "--version");

    assertThat(run.output()).contains("purple.test = *");
  }

  @Test
  void doesWithoutAnArchiveOfAnotherPlace() throws Exception {
    Path moved = Files.createDirectory(directory.resolve("moved here"));
    for (String file : List.of("purple", "jvm.options", "purple.jsa", "purple.jsa.of")) {
      Files.copy(TARGET.resolve(file), moved.resolve(file));
    }
    Files.createSymbolicLink(moved.resolve("purple.jar"), TARGET.resolve("purple.jar"));
    moved.resolve("purple").toFile().setExecutable(true);

    Run run =
        run(
            moved.resolve("purple"),
            Map.of("PURPLE_JAVA_OPTS", "-XX:+PrintCommandLineFlags"),
            "--version");
    assertThat(run.output()).contains("purple ").doesNotContain("SharedArchiveFile");
  }

  @Test
  void saysInOneLineWhichJavaIsMissing() throws Exception {
    Path launcher = TARGET.resolve("purple");
    for (boolean withRelease : new boolean[] {true, false}) {
      for (String version : List.of("11.0.2", "1.8.0_392", "16")) {
        Path home = java(version, withRelease);
        Run run = run(launcher, Map.of("JAVA_HOME", home.toString()), "--version");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output())
            .isEqualTo(
                "purple: %s/bin/java is Java %s (expected: 17 or newer, on the PATH or in JAVA_HOME)%n"
                    .formatted(home, version.startsWith("1.8") ? "8" : version.substring(0, 2)));
      }
      for (String version : List.of("17", "21.0.1", "25-ea")) {
        Path home = java(version, withRelease);
        assertThat(run(launcher, Map.of("JAVA_HOME", home.toString()), "--version"))
            .isEqualTo(new Run(1, "")); // it is run, and does nothing
      }
    }
    assertThat(run(launcher, Map.of("JAVA_HOME", "/nowhere")).output())
        .isEqualTo(
            "purple: JAVA_HOME: /nowhere (expected: the directory of a Java 17 or newer;"
                + " /nowhere/bin/java is none)\n");
    Path tools = Files.createDirectories(directory.resolve("tools"));
    for (String tool : List.of("dirname", "readlink", "cat")) {
      Files.createSymbolicLink(tools.resolve(tool), Path.of("/usr/bin", tool));
    }
    assertThat(
            run(launcher, Map.of("JAVA_HOME", "unset", "PATH", tools.toString()), "--version")
                .output())
        .isEqualTo(
            "purple: no java on the PATH (expected: Java 17 or newer, there or in JAVA_HOME)\n");
  }

  @Test
  void travelsInTheArchiveOfTheBuild() throws Exception {
    List<Path> archives;
    try (var files = Files.list(TARGET)) {
      archives =
          files.filter(file -> file.toString().matches(".*/purple-[^/]+[.]tar[.]gz")).toList();
    }
    assertThat(archives).hasSize(1);
    Process unpack =
        new ProcessBuilder("tar", "xzf", archives.get(0).toString())
            .directory(directory.toFile())
            .inheritIO()
            .start();
    assertThat(unpack.waitFor()).isZero();
    String name = archives.get(0).getFileName().toString().replace(".tar.gz", "");
    assertThat(run(directory.resolve(name).resolve("purple"), Map.of(), "--version").output())
        .startsWith("purple ");
    assertThat(directory.resolve(name).resolve("archive.sh"))
        .content()
        .contains("archive.sh purple.jar")
        .doesNotContain("target/", "deploy/", "conf/");
    assertThat(run(directory.resolve(name).resolve("purple"), Map.of(), "--help").output())
        .contains("143, 130 or 129 it was ended by", "SIGTERM, SIGINT or SIGHUP");
  }
}
