package io.purpledb.server.http.binding;

import com.google.protobuf.ByteString;
import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.answer.Json;
import io.purpledb.server.http.answer.JsonText;
import io.purpledb.server.http.answer.JsonText.Form;
import io.purpledb.server.http.answer.JsonText.Pieces;
import io.purpledb.server.http.answer.Utf8Text;
import io.purpledb.server.http.contract.Input;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetGetResponse;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetRemoveResponse;
import java.util.function.IntFunction;

/** The sets over HTTP: every operation answers the set. */
public final class SetHttp {

  /** Quotation marks and a comma. */
  private static final int AROUND_ITEM = 3;

  /**
   * What an item takes in memory beside its bytes: an object, the head of an array, a reference.
   */
  private static final int OF_ITEM = 48;

  private static final int HEAD = 3;
  private static final ByteString BEGIN = ByteString.copyFromUtf8("{\"set\":\"");
  private static final ByteString AFTER_KEY = ByteString.copyFromUtf8("\",\"items\":[");
  private static final ByteString FIRST = ByteString.copyFromUtf8("\"");
  private static final ByteString NEXT = ByteString.copyFromUtf8("\",\"");
  private static final ByteString END = ByteString.copyFromUtf8("\"]}");
  private static final ByteString END_OF_NONE = ByteString.copyFromUtf8("]}");

  private SetHttp() {}

  public static void bind(Bindings bindings) {
    bindings.on(
        "setGet",
        in -> SetGetRequest.newBuilder().setKey(in.text("key")).build(),
        (Input in, SetGetResponse response) ->
            set(in, response.getItemsCount(), response::getItemsBytes));
    bindings.on(
        "setAdd",
        in -> SetAddRequest.newBuilder().setKey(in.text("key")).setItem(in.text("item")).build(),
        (Input in, SetAddResponse response) ->
            set(in, response.getItemsCount(), response::getItemsBytes));
    bindings.on(
        "setRemove",
        in -> SetRemoveRequest.newBuilder().setKey(in.text("key")).setItem(in.text("item")).build(),
        (Input in, SetRemoveResponse response) ->
            set(in, response.getItemsCount(), response::getItemsBytes));
  }

  private static Answer set(Input in, int size, IntFunction<ByteString> items) {
    int bytes = 0;
    for (int i = 0; i < size; i++) {
      bytes += items.apply(i).size() + AROUND_ITEM;
    }
    Json.Members small =
        json -> {
          json.writeStringField("set", in.text("key"));
          json.writeArrayFieldStart("items");
          for (int i = 0; i < size; i++) {
            Utf8Text.write(json, items.apply(i));
          }
          json.writeEndArray();
        };
    return Answer.mayBeLarge(bytes)
        ? Answer.json(small, large(in.text("key"), bytes, size, items))
        : Answer.json(small);
  }

  private static JsonText large(String key, int bytes, int size, IntFunction<ByteString> items) {
    return new JsonText(bytes + OF_ITEM * size, () -> new Items(key, size, items));
  }

  /** The pieces of a text: its head, what goes before each item and the item, its end. */
  private record Items(String key, int items, IntFunction<ByteString> item) implements Pieces {

    @Override
    public int count() {
      return HEAD + 2 * items + 1;
    }

    @Override
    public ByteString bytes(int place) {
      int at = place - HEAD;
      if (at < 0) {
        return switch (place) {
          case 0 -> BEGIN;
          case 1 -> ByteString.copyFromUtf8(key);
          default -> AFTER_KEY;
        };
      }
      if (at == 2 * items) {
        return items == 0 ? END_OF_NONE : END;
      }
      if (at % 2 == 1) {
        return item.apply(at / 2);
      }
      return at == 0 ? FIRST : NEXT;
    }

    @Override
    public Form form(int place) {
      boolean isText = place == 1 || (place >= HEAD && (place - HEAD) % 2 == 1);
      return isText ? Form.ESCAPED : Form.PLAIN;
    }
  }
}
