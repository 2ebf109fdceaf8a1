package io.purpledb.server.grpc;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.purpledb.message.Operation;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.purpledb.server.grpc.call.HealthWatch;
import io.purpledb.server.grpc.call.LoopCalls;
import io.purpledb.server.grpc.call.ReflectionCall;
import io.purpledb.server.grpc.call.StreamCall;
import io.purpledb.server.grpc.call.UnaryCall;
import io.purpledb.server.grpc.call.UnknownCall;
import io.purpledb.server.grpc.method.HealthService;
import io.purpledb.server.grpc.method.MethodsV0;
import io.purpledb.server.grpc.method.MethodsV1;
import io.purpledb.server.grpc.method.Reflection;
import io.purpledb.server.grpc.method.StreamMethod;
import io.purpledb.server.grpc.method.UnaryMethod;
import io.purpledb.v0.PurpleProto;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Everything that can be called: which path leads to which kind of call. */
public final class MethodTable {

  private final LoopCalls loop;
  private final long timeoutMillis;
  private final long watchPeriodMillis;
  private final List<Operation> operations;
  private final Map<String, Caller> services = new HashMap<>();

  /**
   * @param timeoutMillis when a service that does not answer is given up, in milliseconds
   * @param watchPeriodMillis how often health is asked for those who watch it
   * @param operations what the services do
   */
  public MethodTable(
      LoopCalls loop, long timeoutMillis, long watchPeriodMillis, List<Operation> operations) {
    this.loop = loop;
    this.timeoutMillis = timeoutMillis;
    this.watchPeriodMillis = watchPeriodMillis;
    this.operations = operations;
  }

  public void bind(GrpcServer server) {
    HealthService health = new HealthService(servicesByFullName());
    List<UnaryMethod> methods = new ArrayList<>();
    methods.addAll(MethodsV1.unary(operations, this::service));
    methods.addAll(MethodsV0.of(this::service));
    methods.addAll(health.methods());
    methods.forEach(
        method ->
            bind(server, method.contract(), call -> new UnaryCall(loop, method, call).start()));
    List<StreamMethod> streams = MethodsV1.streams(operations, this::service);
    streams.forEach(
        method ->
            bind(server, method.contract(), call -> new StreamCall(loop, method, call).start()));
    HealthWatch watch = new HealthWatch(loop, health, watchPeriodMillis);
    bind(server, HealthService.WATCH, watch::accept);
    bindReflection(
        server,
        Stream.concat(
                methods.stream().map(UnaryMethod::contract),
                streams.stream().map(StreamMethod::contract))
            .map(MethodDescriptor::getService));
    server.callHandler(call -> new UnknownCall(loop, call).start());
  }

  private Caller service(String name) {
    return services.computeIfAbsent(
        name, n -> Caller.onThisLoop(loop.vertx(), Bus.service(n), timeoutMillis));
  }

  private Map<String, Caller> servicesByFullName() {
    Map<String, Caller> byName = new LinkedHashMap<>();
    for (Operation operation : operations) {
      byName.put(operation.method().getService().getFullName(), service(operation.service()));
    }
    for (ServiceDescriptor service : PurpleProto.getDescriptor().getServices()) {
      byName.put(service.getFullName(), service(MethodsV0.servedBy(service)));
    }
    return byName;
  }

  private void bindReflection(GrpcServer server, Stream<ServiceDescriptor> services) {
    Set<ServiceDescriptor> listed = new LinkedHashSet<>();
    services.forEach(listed::add);
    listed.add(Reflection.SERVICE);
    Reflection reflection = new Reflection(listed);
    for (String service : List.of(Reflection.SERVICE.getFullName(), Reflection.V1ALPHA)) {
      bind(
          server,
          service,
          Reflection.METHOD,
          call -> new ReflectionCall(loop, reflection, call).start());
    }
  }

  private static void bind(
      GrpcServer server,
      MethodDescriptor method,
      Handler<GrpcServerRequest<Buffer, Buffer>> handler) {
    bind(server, method.getService().getFullName(), method.getName(), handler);
  }

  private static void bind(
      GrpcServer server,
      String service,
      String method,
      Handler<GrpcServerRequest<Buffer, Buffer>> handler) {
    server.callHandler(
        ServiceMethod.server(
            ServiceName.create(service),
            method,
            GrpcMessageEncoder.IDENTITY,
            GrpcMessageDecoder.IDENTITY),
        handler);
  }
}
