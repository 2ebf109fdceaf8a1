package io.purpledb.server.http.binding;

import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.contract.Input;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterGetResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;

/** The counters over HTTP. */
public final class CounterHttp {

  private CounterHttp() {}

  public static void bind(Bindings bindings) {
    bindings.on(
        "counterGet",
        in -> CounterGetRequest.newBuilder().setKey(in.text("key")).build(),
        (Input in, CounterGetResponse response) -> counter(in, response.getValue()));
    bindings.on(
        "counterIncrement",
        in ->
            CounterIncrementRequest.newBuilder()
                .setKey(in.text("key"))
                .setAmount(in.integer("increment"))
                .build(),
        (Input in, CounterIncrementResponse response) -> counter(in, response.getValue()));
  }

  private static Answer counter(Input in, long value) {
    return Answer.json(
        json -> {
          json.writeStringField("counter", in.text("key"));
          json.writeNumberField("value", value);
        });
  }
}
