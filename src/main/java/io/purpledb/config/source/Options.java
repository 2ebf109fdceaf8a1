package io.purpledb.config.source;

import io.purpledb.config.StartFailure;
import io.purpledb.config.setting.Given;
import io.purpledb.config.setting.Setting;
import io.purpledb.config.setting.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What the command line says: the command, the settings of the table, and what only a command line
 * can ask for. Picocli splits the arguments and writes the help; the texts become values where
 * those of the other sources do.
 */
public final class Options {

  private final ParseResult result;

  private Options(ParseResult result) {
    this.result = result;
  }

  /** Splits the arguments; what is not an option or a command ends the start. */
  public static Options parse(List<String> arguments) {
    CommandLine parser = OptionModel.parser();
    OptionFailure.refuseOneDash(arguments, parser);
    try {
      return new Options(parser.parseArgs(arguments.toArray(String[]::new)));
    } catch (ParameterException e) {
      throw OptionFailure.of(e);
    }
  }

  public boolean asksForHelp() {
    return result.hasMatchedOption(OptionModel.HELP);
  }

  public boolean asksForVersion() {
    return result.hasMatchedOption(OptionModel.VERSION);
  }

  public boolean asksForCheck() {
    return result.hasMatchedOption(OptionModel.CHECK);
  }

  public boolean asksForDataCheck() {
    return result.hasMatchedOption(OptionModel.CHECK_DATA);
  }

  /** The file that is named; null when none is. */
  public @Nullable Given configFile() {
    return given(OptionModel.CONFIG);
  }

  /** The protocols to serve: the one that the command names, or both. */
  public Set<String> protocols() {
    String command = result.matchedPositionalValue(0, null);
    if (command == null) {
      return Set.copyOf(Setting.PROTOCOLS);
    }
    if (!Setting.PROTOCOLS.contains(command)) {
      throw StartFailure.wrongSetting("command", command, "http, grpc, or none to serve both");
    }
    return Set.of(command);
  }

  /** The settings that are given. */
  public Source settings() {
    Map<Setting<?>, Given> settings = new HashMap<>();
    for (Setting<?> setting : Setting.all()) {
      Given given = given(setting.option());
      if (given != null) {
        settings.put(setting, given);
      }
    }
    refuseOtherProtocol(settings);
    return new Source(Setting::option, settings);
  }

  /** The environment and the file may speak of a protocol that is not served; an option may not. */
  private void refuseOtherProtocol(Map<Setting<?>, Given> settings) {
    for (String protocol : Setting.PROTOCOLS) {
      Given port = settings.get(Setting.portOf(protocol));
      if (port != null && !protocols().contains(protocol)) {
        throw port.wrong(
            Setting.PORT.kind(), "none, as the " + protocol + " protocol is not served");
      }
    }
  }

  private @Nullable Given given(String option) {
    Object value = result.matchedOptionValue(option, null);
    return value == null ? null : new Given(option, value.toString());
  }
}
