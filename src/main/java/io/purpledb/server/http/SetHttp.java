package io.purpledb.server.http;

import com.google.protobuf.ByteString;
import io.purpledb.server.http.JsonText.Piece;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetGetResponse;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetRemoveResponse;
import java.util.AbstractList;
import java.util.List;
import java.util.function.IntFunction;

/** The sets over HTTP: every operation answers the set. */
final class SetHttp {

  /** Quotation marks and a comma. */
  private static final int AROUND_ITEM = 3;

  /**
   * What an item takes in memory beside its bytes: an object, the head of an array, a reference.
   */
  private static final int OF_ITEM = 48;

  private static final Piece FIRST = Piece.plain("\"");
  private static final Piece NEXT = Piece.plain("\",\"");

  private SetHttp() {}

  static void bind(Bindings bindings) {
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
    return new JsonText(bytes + OF_ITEM * size, () -> new Pieces(key, size, items));
  }

  /** The pieces of a text: its head, what goes before each item and the item, its end. */
  private static final class Pieces extends AbstractList<Piece> {

    private final List<Piece> head;
    private final int items;
    private final IntFunction<ByteString> item;
    private final Piece end;

    Pieces(String key, int items, IntFunction<ByteString> item) {
      this.head =
          List.of(
              Piece.plain("{\"set\":\""),
              Piece.text(ByteString.copyFromUtf8(key)),
              Piece.plain("\",\"items\":["));
      this.items = items;
      this.item = item;
      this.end = Piece.plain(items == 0 ? "]}" : "\"]}");
    }

    @Override
    public Piece get(int index) {
      int at = index - head.size();
      if (at < 0) {
        return head.get(index);
      }
      if (at == 2 * items) {
        return end;
      }
      if (at % 2 == 1) {
        return Piece.text(item.apply(at / 2));
      }
      return at == 0 ? FIRST : NEXT;
    }

    @Override
    public int size() {
      return head.size() + 2 * items + 1;
    }
  }
}
