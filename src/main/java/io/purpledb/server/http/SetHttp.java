package io.purpledb.server.http;

import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetGetResponse;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetRemoveResponse;
import java.util.List;

/** The sets over HTTP: every operation answers the set. */
final class SetHttp {

  private SetHttp() {}

  static void bind(Bindings bindings) {
    bindings.on(
        "setGet",
        in -> SetGetRequest.newBuilder().setKey(in.text("key")).build(),
        (Input in, SetGetResponse response) -> set(in, response.getItemsList()));
    bindings.on(
        "setAdd",
        in -> SetAddRequest.newBuilder().setKey(in.text("key")).setItem(in.text("item")).build(),
        (Input in, SetAddResponse response) -> set(in, response.getItemsList()));
    bindings.on(
        "setRemove",
        in -> SetRemoveRequest.newBuilder().setKey(in.text("key")).setItem(in.text("item")).build(),
        (Input in, SetRemoveResponse response) -> set(in, response.getItemsList()));
  }

  private static Answer set(Input in, List<String> items) {
    return Answer.json(
        json -> {
          json.writeStringField("set", in.text("key"));
          json.writeArrayFieldStart("items");
          for (String item : items) {
            json.writeString(item);
          }
          json.writeEndArray();
        });
  }
}
