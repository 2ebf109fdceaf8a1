package io.purpledb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of {@code src/bench} are compiled when they run, which no build does. */
final class BenchmarksGuardTest {

  @Test
  void theProgramsOfTheBenchmarkCompile(@TempDir Path directory) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
    List<File> sources;
    try (Stream<Path> files = Files.walk(Path.of("src/bench/java"))) {
      sources = files.filter(file -> file.toString().endsWith(".java")).map(Path::toFile).toList();
    }
    assertThat(sources).isNotEmpty();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(told, null, null)) {
      compiler
          .getTask(
              null,
              files,
              told,
              List.of("-proc:none", "-d", directory.toString(), "-cp", classPath()),
              null,
              files.getJavaFileObjectsFromFiles(sources))
          .call();
    }
    assertThat(told.getDiagnostics())
        .filteredOn(one -> one.getKind() == Diagnostic.Kind.ERROR)
        .isEmpty();
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
