package io.purpledb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.purpledb.config.source.Invocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a user asks for: arguments, variables and what lies in the default file. */
record CommandLineInput(List<String> arguments, Map<String, String> variables, Path file) {

  private static final Path NO_FILE = Path.of("there", "is", "none.yaml");

  /** Arguments that are separated by spaces. */
  static CommandLineInput with(String arguments) {
    return new CommandLineInput(List.of(arguments.strip().split(" +", -1)), Map.of(), NO_FILE);
  }

  static CommandLineInput nothing() {
    return new CommandLineInput(List.of(), Map.of(), NO_FILE);
  }

  CommandLineInput and(String variable, String value) {
    Map<String, String> more = new HashMap<>(variables);
    more.put(variable, value);
    return new CommandLineInput(arguments, more, file);
  }

  /** Variables in the form {@code NAME=value NAME=value}. */
  CommandLineInput andVariables(String assignments) {
    CommandLineInput ask = this;
    for (String assignment : assignments.strip().split(" +", -1)) {
      int equals = assignment.indexOf('=');
      ask = ask.and(assignment.substring(0, equals), assignment.substring(equals + 1));
    }
    return ask;
  }

  /** Writes the default file. */
  CommandLineInput andFile(Path directory, String text) {
    try {
      Path written = Files.writeString(directory.resolve("purple.yaml"), text);
      return new CommandLineInput(arguments, variables, written);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Config start() {
    assertThat(invocation()).isInstanceOf(Invocation.Start.class);
    return ((Invocation.Start) invocation()).config();
  }

  String print() {
    assertThat(invocation()).isInstanceOf(Invocation.Print.class);
    return ((Invocation.Print) invocation()).text();
  }

  /** The line that ends the start. */
  String failure() {
    StartFailure failure = catchThrowableOfType(StartFailure.class, this::invocation);
    assertThat(failure).as("%s must not be accepted", this).isNotNull();
    assertThat(failure.exitCode()).isEqualTo(StartFailure.WRONG_SETTING);
    assertThat(failure.line()).doesNotContainPattern("\\R");
    return failure.line();
  }

  private Invocation invocation() {
    return Invocation.of(arguments, variables, file);
  }
}
