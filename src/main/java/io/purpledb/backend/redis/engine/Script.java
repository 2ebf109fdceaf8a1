package io.purpledb.backend.redis.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** The scripts that Redis runs for us, each one step. */
enum Script {
  COMMIT("simple"),
  READ,
  SCAN,
  CLAIM,
  SWEEP,
  CHANGES,
  TRIAL;

  /** What makes sure that a server holds our layout; it needs nothing of the others. */
  static final String OPEN = resource("open");

  private final String text;
  private final String sha;

  /**
   * @param before resources that come before what the scripts have in common
   */
  Script(String... before) {
    StringBuilder all = new StringBuilder();
    for (String one : before) {
      all.append(resource(one));
    }
    text =
        all.append(resource("common")).append(resource(name().toLowerCase(Locale.ROOT))).toString();
    sha = sha1(text);
  }

  /** What Redis knows it by. */
  String sha() {
    return sha;
  }

  String text() {
    return text;
  }

  private static String resource(String name) {
    try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
      if (in == null) {
        throw new IllegalStateException(name + ".lua is missing");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha1(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // each Java has it
    }
  }
}
