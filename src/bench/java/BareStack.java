import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.grpc.server.GrpcServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The least that a start with HTTP and gRPC and the disk backend can do: a bare HTTP server, a bare
 * gRPC server, and an H2 database with a table for each of the five services, at the same time. No
 * contract, no settings, no service. Arguments: HTTP port, gRPC port, a new directory.
 */
final class BareStack {

  private static final List<String> SERVICES = List.of("cache", "counter", "flag", "kv", "set");

  private BareStack() {}

  public static void main(String[] args) {
    int loops = Runtime.getRuntime().availableProcessors();
    Vertx vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(true));
    List<Future<Connection>> databases = new ArrayList<>();
    for (String service : SERVICES) {
      Callable<Connection> open = () -> open(args[2] + "/" + service);
      databases.add(vertx.executeBlocking(open, false));
    }
    Future<?> grpc =
        vertx
            .createHttpServer()
            .requestHandler(GrpcServer.server(vertx))
            .listen(Integer.parseInt(args[1]), "127.0.0.1");
    Future.all(databases)
        .compose(opened -> grpc)
        .compose(
            listening ->
                vertx
                    .createHttpServer()
                    .requestHandler(request -> request.response().end("{}"))
                    .listen(Integer.parseInt(args[0]), "127.0.0.1"))
        .onSuccess(started -> System.out.println("Ready."))
        .onFailure(Throwable::printStackTrace);
  }

  private static Connection open(String file) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:h2:file:" + file);
    connection.createStatement().execute("CREATE TABLE T(K VARBINARY PRIMARY KEY, V VARBINARY)");
    return connection;
  }
}
