package io.purpledb.server.grpc.method;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.purpledb.message.Failure;
import io.purpledb.message.bus.Caller;
import io.vertx.core.Future;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.health.v1.HealthListRequest;
import io.vertx.grpc.health.v1.HealthListResponse;
import io.vertx.grpc.health.v1.HealthProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * grpc.health.v1: each gRPC service is as healthy as the service behind it, and the server, which
 * the empty name stands for, serves when all of them do. The name of this service itself asks
 * whether the server is alive, whatever its backends do. Vert.x's own implementation is not used:
 * there the server serves always, and a client that goes away is watched on.
 */
public final class HealthService {

  public static final ServiceDescriptor SERVICE =
      HealthProto.getDescriptor().findServiceByName("Health");
  public static final MethodDescriptor WATCH = SERVICE.findMethodByName("Watch");

  private static final String SERVER = "";

  private final Map<String, Caller> services;

  /**
   * @param services the caller of the service behind each gRPC service, by its full name
   */
  public HealthService(Map<String, Caller> services) {
    this.services = services;
  }

  public List<UnaryMethod> methods() {
    return List.of(
        UnaryMethod.of(
            SERVICE.findMethodByName("Check"),
            false,
            HealthCheckRequest.getDefaultInstance(),
            (asked, call) -> check(asked)),
        UnaryMethod.of(
            SERVICE.findMethodByName("List"),
            false,
            HealthListRequest.getDefaultInstance(),
            (asked, call) -> list()));
  }

  /** The status of one name; SERVICE_UNKNOWN when nothing has this name. Never fails. */
  public Future<ServingStatus> of(String name) {
    if (name.equals(SERVER)) {
      return all().map(statuses -> statuses.getOrDefault(SERVER, ServingStatus.UNKNOWN));
    }
    if (name.equals(SERVICE.getFullName())) {
      return Future.succeededFuture(ServingStatus.SERVING); // it is just answering
    }
    Caller service = services.get(name);
    return service == null ? Future.succeededFuture(ServingStatus.SERVICE_UNKNOWN) : ask(service);
  }

  /** The status of every name. Never fails. */
  public Future<Map<String, ServingStatus>> all() {
    Map<Caller, Future<ServingStatus>> asked = new LinkedHashMap<>();
    Map<String, Future<ServingStatus>> byName = new LinkedHashMap<>();
    services.forEach(
        (name, service) -> byName.put(name, asked.computeIfAbsent(service, HealthService::ask)));
    return Future.join(List.copyOf(asked.values()))
        .map(
            x -> {
              Map<String, ServingStatus> statuses = new LinkedHashMap<>();
              byName.forEach((name, status) -> statuses.put(name, status.result()));
              boolean all = statuses.values().stream().allMatch(ServingStatus.SERVING::equals);
              statuses.put(SERVER, all ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
              return statuses;
            });
  }

  public static HealthCheckResponse response(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }

  private static Future<ServingStatus> ask(Caller service) {
    return service.health().map(ServingStatus.SERVING).otherwise(ServingStatus.NOT_SERVING);
  }

  private Future<HealthCheckResponse> check(HealthCheckRequest request) {
    String name = request.getService();
    return of(name)
        .map(
            status -> {
              if (status == ServingStatus.SERVICE_UNKNOWN) {
                throw new Failure(
                    Failure.Kind.NOT_FOUND,
                    "service: %s (expected: nothing for the server, or one of %s)"
                        .formatted(name, services.keySet()));
              }
              return response(status);
            });
  }

  private Future<HealthListResponse> list() {
    return all()
        .map(
            statuses -> {
              HealthListResponse.Builder list = HealthListResponse.newBuilder();
              statuses.forEach((name, status) -> list.putStatuses(name, response(status)));
              return list.build();
            });
  }
}
