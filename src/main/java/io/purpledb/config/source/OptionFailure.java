package io.purpledb.config.source;

import io.purpledb.config.StartFailure;
import io.purpledb.config.setting.Setting;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line why picocli could not split a command line. */
final class OptionFailure {

  private static final Pattern ONE_DASH_AND_LETTERS = Pattern.compile("-[A-Za-z]{2}");

  private OptionFailure() {}

  static StartFailure of(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unmatched(unmatched);
    }
    if (e instanceof OverwrittenOptionException overwritten) {
      return StartFailure.wrongSetting(
          name(overwritten.getOverwritten()) + ": given twice (expected: once)");
    }
    if (e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      ArgSpec option = missing.getMissing().get(0);
      return StartFailure.wrongSetting(name(option), "no value", expected(option));
    }
    ArgSpec argument = e.getArgSpec();
    if (argument != null && e.getValue() != null) {
      return StartFailure.wrongSetting(name(argument), e.getValue(), expected(argument));
    }
    return StartFailure.wrongSetting(String.valueOf(e.getMessage()));
  }

  private static StartFailure unmatched(UnmatchedArgumentException e) {
    String argument = e.getUnmatched().get(0);
    if (!argument.startsWith("-")) {
      return StartFailure.wrongSetting(
          argument, "one argument too many", "at most the command http or grpc, and options");
    }
    return unknown(argument, e.getCommandLine());
  }

  /**
   * Refuses a long name behind one dash. For picocli that is a cluster of short options: {@code
   * -http-port} would be {@code -h} and an unknown {@code -ttp-port}, and {@code -port} a {@code
   * -p} with the value {@code ort}.
   */
  static void refuseOneDash(List<String> arguments, CommandLine parser) {
    for (String argument : arguments) {
      boolean mayBeLong = ONE_DASH_AND_LETTERS.matcher(argument).lookingAt();
      if (mayBeLong && NearestName.of(plain(withoutValue(argument)), names(parser)) != null) {
        throw unknown(argument, parser);
      }
    }
  }

  private static StartFailure unknown(String argument, CommandLine parser) {
    String option = withoutValue(argument);
    return StartFailure.wrongSetting(
        "%s: unknown option (%s)"
            .formatted(
                option, NearestName.hint(plain(option), names(parser), name -> "--" + name)));
  }

  /** A value may be a password. */
  private static String withoutValue(String argument) {
    return argument.replaceFirst("=.*", "");
  }

  private static List<String> names(CommandLine parser) {
    return parser.getCommandSpec().optionsMap().keySet().stream()
        .filter(name -> name.startsWith("--"))
        .map(OptionFailure::plain)
        .toList();
  }

  private static String expected(ArgSpec argument) {
    return Setting.all().stream()
        .filter(setting -> setting.option().equals(name(argument)))
        .findFirst()
        .map(setting -> setting.kind().expected())
        .orElse(argument.paramLabel());
  }

  private static String plain(String option) {
    return option.replaceFirst("^-+", "");
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }
}
