package io.purpledb.backend.disk.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The metadata of an entry as bytes: lengths and texts, names and values in turn. */
final class Metadata {

  private Metadata() {}

  static byte[] bytes(Map<String, String> metadata) {
    List<byte[]> texts = new ArrayList<>();
    int length = 0;
    for (Map.Entry<String, String> one : metadata.entrySet()) {
      for (String text : List.of(one.getKey(), one.getValue())) {
        byte[] bytes = text.getBytes(UTF_8);
        texts.add(bytes);
        length += Integer.BYTES + bytes.length;
      }
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    texts.forEach(text -> out.putInt(text.length).put(text));
    return out.array();
  }

  static Map<String, String> of(byte[] bytes) {
    Map<String, String> metadata = new LinkedHashMap<>();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.hasRemaining()) {
      String name = text(in);
      metadata.put(name, text(in));
    }
    return Collections.unmodifiableMap(metadata);
  }

  private static String text(ByteBuffer in) {
    byte[] text = new byte[in.getInt()];
    in.get(text);
    return new String(text, UTF_8);
  }
}
