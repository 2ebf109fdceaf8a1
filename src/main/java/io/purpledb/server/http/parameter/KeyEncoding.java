package io.purpledb.server.http.parameter;

import io.purpledb.message.Failure;
import io.purpledb.server.wire.Shown;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys and items of requests whose parameter {@code keyEncoding} says that they are in
 * base64url: there are proxies that decode, normalise or refuse {@code %2F} and the like in a path.
 */
public final class KeyEncoding {

  /** The parameter. Its only value is the default of none. */
  public static final String PARAMETER = "keyEncoding";

  private static final Set<String> ENCODED = Set.of("key", "item");

  private KeyEncoding() {}

  /** The text of a parameter that was sent as a text. */
  static String decoded(String parameter, String text, boolean encoded) {
    if (!encoded || !ENCODED.contains(parameter)) {
      return text;
    }
    String decoded = utf8(text);
    if (decoded == null) {
      throw Failure.invalid(
          "%s: %s (expected: UTF-8 in base64url, by %s)"
              .formatted(parameter, Shown.cut(text), PARAMETER));
    }
    return decoded;
  }

  private static @Nullable String utf8(String base64) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(base64);
      String bare = base64.replaceFirst("={1,2}$", "");
      if (!Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(bare)) {
        return null; // bits that are left over and not 0: two texts would be the same key
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return null;
    }
  }
}
