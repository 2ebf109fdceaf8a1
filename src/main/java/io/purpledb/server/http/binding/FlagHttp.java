package io.purpledb.server.http.binding;

import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.contract.Input;
import io.purpledb.v1.FlagGetRequest;
import io.purpledb.v1.FlagGetResponse;
import io.purpledb.v1.FlagSetRequest;

/** The flags over HTTP. */
public final class FlagHttp {

  private FlagHttp() {}

  public static void bind(Bindings bindings) {
    bindings.on(
        "flagGet",
        in -> FlagGetRequest.newBuilder().setKey(in.text("key")).build(),
        (Input in, FlagGetResponse response) ->
            Answer.json(json -> json.writeBooleanField("value", response.getValue())));
    bindings.on(
        "flagSet",
        in -> FlagSetRequest.newBuilder().setKey(in.text("key")).setValue(in.flag("value")).build(),
        (in, done) -> Answer.EMPTY);
  }
}
