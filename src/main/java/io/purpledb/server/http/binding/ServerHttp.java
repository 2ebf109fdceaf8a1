package io.purpledb.server.http.binding;

import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.contract.Input;
import io.purpledb.server.http.contract.StaticFiles;
import io.vertx.core.Future;

/** The operations that are the server's own: they belong to no service. */
public final class ServerHttp {

  private ServerHttp() {}

  public static void bind(Bindings bindings, StaticFiles files, HealthHandler health) {
    bindings.on("ping", in -> Future.succeededFuture(Answer.EMPTY));
    bindings.on("healthLive", in -> Future.succeededFuture(HealthHandler.LIVE));
    bindings.on("healthReady", in -> health.ready());
    bindings.on("contractYaml", in -> Future.succeededFuture(files.yaml()));
    bindings.on("contractJson", in -> Future.succeededFuture(files.json()));
    bindings.on("docs", in -> Future.succeededFuture(files.page()));
    bindings.on("docsAsset", in -> Future.succeededFuture(asset(in, files)));
  }

  /** A file is what it is: its type is not chosen, but taken or not. */
  private static Answer asset(Input in, StaticFiles files) {
    Answer asset = files.asset(in.text("asset"));
    in.requireAccepted(String.valueOf(asset.type()));
    return asset;
  }
}
