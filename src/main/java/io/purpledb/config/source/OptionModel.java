package io.purpledb.config.source;

import io.purpledb.config.setting.Kind;
import io.purpledb.config.setting.Setting;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The options that picocli is to split arguments by and to explain: one for each setting of the
 * table, and those that only a command line has.
 */
public final class OptionModel {

  static final String CONFIG = "--config";
  static final String CHECK = "--check-config";
  static final String CHECK_DATA = "--check-data";
  static final String HELP = "--help";
  static final String VERSION = "--version";

  private static final String HEADER =
      "Purple keeps keys and values, counters, sets, flags and a cache for services that ask through"
          + " HTTP and gRPC.";

  private static final String[] FOOTER = {
    "",
    "An option beats its environment variable, which beats the file, which beats the default.",
    "In the file a setting has the name of its option: \"http-port: 8080\". The variables of the",
    "original work too: PURPLE_HTTP_ or PURPLE_GRPC_ before BACKEND, REDIS_URL or DEBUG, such as",
    "PURPLE_HTTP_BACKEND.",
    "",
    "Exit codes: 2 a setting is wrong; 1 a port, Redis or the data directory cannot be had;",
    "3 memory ran out, or the process cannot go on: start it again; 143, 130 or 129 it was ended by",
    "SIGTERM, SIGINT or SIGHUP, after the requests in flight."
  };

  private OptionModel() {}

  public static String help() {
    return parser().getUsageMessage(Ansi.OFF);
  }

  static CommandLine parser() {
    CommandSpec spec = CommandSpec.create().name("purple").addPositional(command());
    Setting.all().forEach(setting -> spec.addOption(option(setting)));
    spec.addOption(configFile());
    spec.addOption(
        flag("Check all settings, show them with where they come from, and end.", CHECK));
    spec.addOption(
        flag(
            "Check the files in data-dir, of the disk backend and of a cluster's members: show what is"
                + " damaged and what can be saved, change nothing, and end.",
            CHECK_DATA));
    spec.addOption(flag("Show this and end.", "-h", HELP));
    spec.addOption(flag("Show the version and end.", "-V", VERSION));
    spec.usageMessage()
        .header(HEADER, "")
        .synopsisHeading("")
        .customSynopsis("Usage: purple [http|grpc] [OPTION]...", "")
        .sortOptions(false)
        .width(100)
        .footer(FOOTER);
    return new CommandLine(spec).setExpandAtFiles(false).setInterpolateVariables(false);
  }

  private static PositionalParamSpec command() {
    return PositionalParamSpec.builder()
        .index("0")
        .arity("0..1")
        .type(String.class)
        .paramLabel("http|grpc")
        .description("Serve this protocol alone. Without it both are served.")
        .build();
  }

  private static OptionSpec configFile() {
    return OptionSpec.builder(CONFIG)
        .type(String.class)
        .paramLabel("FILE")
        .description(
            "Read settings from this file; without it conf/purple.yaml, if it exists.",
            "[PURPLE_CONFIG]")
        .build();
  }

  private static OptionSpec option(Setting<?> setting) {
    boolean truth = setting.kind() instanceof Kind.Truth;
    String[] names =
        setting.equals(Setting.PORT)
            ? new String[] {"-p", setting.option()}
            : new String[] {setting.option()};
    return OptionSpec.builder(names)
        .type(truth ? Boolean.class : String.class)
        .arity(truth ? "0..1" : "1")
        .paramLabel(setting.kind().placeholder())
        .description(
            setting.description() + " (" + setting.kind().expected() + ")",
            "[" + sources(setting) + "]")
        .build();
  }

  private static String sources(Setting<?> setting) {
    String byDefault = setting.defaultText();
    return (byDefault == null ? "" : "default: " + byDefault + "; ") + setting.variable();
  }

  private static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names)
        .type(Boolean.class)
        .arity("0")
        .description(description)
        .build();
  }
}
