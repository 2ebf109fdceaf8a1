package io.purpledb.config.setting;

import io.purpledb.config.RedisUrl;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A type of setting: how its text is read, and what was expected when it cannot be. Every source
 * gives text, so a value is read alike from a flag, the environment and the file.
 */
public interface Kind<T> {

  /** What stands for the value in the help, such as {@code PORT}. */
  String placeholder();

  /** The texts that can be read, with their range and unit. */
  String expected();

  /** The value; null when the text cannot be read. */
  @Nullable T read(String text);

  /** A value as it is shown to the user. */
  default String show(T value) {
    return value.toString();
  }

  /** A text that could not be read, as it is shown to the user. */
  default String showWrong(String text) {
    return text;
  }

  static Kind<Long> port() {
    return new Whole("PORT", 0, 65535, "a port from 0 to 65535");
  }

  static Kind<Long> whole(String placeholder, long min, long max, String unit) {
    return new Whole(placeholder, min, max, min + " to " + max + " " + unit);
  }

  /** A whole number in decimal digits. */
  record Whole(String placeholder, long min, long max, String expected) implements Kind<Long> {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    @Override
    public @Nullable Long read(String text) {
      if (!NUMBER.matcher(text).matches()) {
        return null;
      }
      long value = Long.parseLong(text);
      return value < min || value > max ? null : value;
    }
  }

  /** A number of bytes, plain or in a binary unit. */
  record Size(long min, long max) implements Kind<Long> {

    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(B|KiB|MiB|GiB)?|[0-9]{1,18}");

    @Override
    public String placeholder() {
      return "BYTES";
    }

    @Override
    public String expected() {
      return show(min) + " to " + show(max) + ", in bytes or with KiB, MiB, GiB as in 16MiB";
    }

    @Override
    public @Nullable Long read(String text) {
      Matcher size = SIZE.matcher(text);
      if (!size.matches()) {
        return null;
      }
      long value =
          size.group(2) == null
              ? Long.parseLong(text)
              : Long.parseLong(size.group(1)) << (10 * UNITS.indexOf(size.group(2)));
      return value < min || value > max ? null : value;
    }

    @Override
    public String show(Long bytes) {
      int unit = Math.min(Long.numberOfTrailingZeros(bytes) / 10, UNITS.size() - 1);
      return (bytes >> (10 * unit)) + UNITS.get(unit);
    }
  }

  /** One word of a few. */
  record Word(String placeholder, List<String> words) implements Kind<String> {

    @Override
    public String expected() {
      int last = words.size() - 1;
      return String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    @Override
    public @Nullable String read(String text) {
      return words.contains(text) ? text : null;
    }
  }

  /** Yes or no, in the spellings that the Go original takes. */
  record Truth() implements Kind<Boolean> {

    @Override
    public String placeholder() {
      return "true|false";
    }

    @Override
    public String expected() {
      return "true or false";
    }

    @Override
    public @Nullable Boolean read(String text) {
      return switch (text) {
        case "true", "True", "TRUE", "t", "T", "1" -> true;
        case "false", "False", "FALSE", "f", "F", "0" -> false;
        default -> null;
      };
    }
  }

  /** A directory; a relative one is meant from the working directory and made absolute. */
  record Directory() implements Kind<Path> {

    @Override
    public String placeholder() {
      return "DIR";
    }

    @Override
    public String expected() {
      return "a directory";
    }

    @Override
    public @Nullable Path read(String text) {
      try {
        return text.isBlank() ? null : Path.of(text).toAbsolutePath().normalize();
      } catch (InvalidPathException e) {
        return null;
      }
    }
  }

  /** A file that is there; a relative one is meant from the working directory. */
  record ReadableFile() implements Kind<Path> {

    @Override
    public String placeholder() {
      return "FILE";
    }

    @Override
    public String expected() {
      return "a PEM file that can be read";
    }

    @Override
    public @Nullable Path read(String text) {
      try {
        Path file = Path.of(text).toAbsolutePath().normalize();
        return Files.isRegularFile(file) && Files.isReadable(file) ? file : null;
      } catch (InvalidPathException e) {
        return null;
      }
    }
  }

  /** The text of a {@link RedisUrl}, shown without its password. */
  record Redis() implements Kind<String> {

    @Override
    public String placeholder() {
      return "URL";
    }

    @Override
    public String expected() {
      return RedisUrl.EXPECTED;
    }

    @Override
    public @Nullable String read(String text) {
      return RedisUrl.read(text) == null ? null : text;
    }

    @Override
    public String show(String url) {
      return RedisUrl.parse(url).toString();
    }

    @Override
    public String showWrong(String text) {
      return RedisUrl.withoutSecrets(text);
    }
  }

  /** An address or name of this machine; whether it can be listened on is found out at start. */
  record Host() implements Kind<String> {

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9:][A-Za-z0-9._:%-]*");

    @Override
    public String placeholder() {
      return "ADDRESS";
    }

    @Override
    public String expected() {
      return "an IP address or a host name";
    }

    @Override
    public @Nullable String read(String text) {
      return HOST.matcher(text).matches() ? text : null;
    }
  }
}
