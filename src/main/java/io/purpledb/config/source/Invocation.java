package io.purpledb.config.source;

import io.purpledb.config.Config;
import io.purpledb.config.Version;
import io.purpledb.config.setting.Given;
import io.purpledb.config.setting.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the user asked this program to do. Settings come from the command line, then the
 * environment, then the file, then the defaults of the table.
 */
public sealed interface Invocation {

  /** Start a server. */
  record Start(Config config) implements Invocation {}

  /** Look at the files of the disk backend in a directory, say what is found, and end. */
  record CheckData(Path directory) implements Invocation {}

  /** Print a text, which ends with a newline, and end with exit code 0. */
  record Print(String text) implements Invocation {}

  /**
   * Reads all sources.
   *
   * @param arguments of the command line
   * @param environment the variables and their values
   * @throws StartFailure when a setting is wrong
   */
  static Invocation of(List<String> arguments, Map<String, String> environment) {
    return of(arguments, environment, Path.of("conf", "purple.yaml"));
  }

  /** The same with the file to read when none is named. */
  static Invocation of(List<String> arguments, Map<String, String> environment, Path defaultFile) {
    Options options = Options.parse(arguments);
    if (options.asksForHelp()) {
      return new Print(OptionModel.help());
    }
    if (options.asksForVersion()) {
      return new Print("purple " + Version.current() + "\n");
    }
    Set<String> protocols = options.protocols();
    Environment variables = new Environment(environment);
    Given named = options.configFile() == null ? variables.configFile() : options.configFile();
    Settings settings =
        new Settings(
            protocols,
            List.of(
                options.settings(),
                variables.settings(protocols),
                ConfigFile.settings(named, defaultFile)));
    Config config = settings.config();
    if (options.asksForDataCheck()) {
      return new CheckData(config.dataDir());
    }
    return options.asksForCheck()
        ? new Print("configuration is valid\n" + settings.report())
        : new Start(config);
  }
}
