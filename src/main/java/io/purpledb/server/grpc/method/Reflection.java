package io.purpledb.server.grpc.method;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.rpc.ErrorDetailsProto;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.reflection.v1.ErrorResponse;
import io.vertx.grpc.reflection.v1.ExtensionNumberResponse;
import io.vertx.grpc.reflection.v1.ExtensionRequest;
import io.vertx.grpc.reflection.v1.FileDescriptorResponse;
import io.vertx.grpc.reflection.v1.ListServiceResponse;
import io.vertx.grpc.reflection.v1.ServerReflectionProto;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What grpc.reflection.v1 answers: the services, and the contract file that declares a name.
 * Vert.x's own implementation is not used: it ends a call after one answer, hangs on an unknown
 * encoding and decompresses without a bound.
 */
public final class Reflection {

  public static final ServiceDescriptor SERVICE =
      ServerReflectionProto.getDescriptor().findServiceByName("ServerReflection");

  public static final String METHOD = "ServerReflectionInfo";

  /** What older clients call the service; the messages are the same. */
  public static final String V1ALPHA = "grpc.reflection.v1alpha.ServerReflection";

  private final ListServiceResponse.Builder services = ListServiceResponse.newBuilder();
  private final Map<String, FileDescriptor> byFileName = new HashMap<>();
  private final Map<String, FileDescriptor> bySymbol = new HashMap<>();

  /** By the full name of the message, of which many have none, then by number. */
  private final Map<String, Map<Integer, FileDescriptor>> byExtension = new HashMap<>();

  /**
   * @param services what the server serves
   */
  public Reflection(Collection<ServiceDescriptor> services) {
    for (ServiceDescriptor service : services) {
      this.services.addService(ServiceResponse.newBuilder().setName(service.getFullName()));
      index(service.getFile());
    }
    index(ErrorDetailsProto.getDescriptor()); // what the details of failures are
  }

  /** Whether a path is that of a call that is answered here. */
  public static boolean isPath(@Nullable String path) {
    return path != null && path.endsWith("ServerReflection/" + METHOD);
  }

  public ServerReflectionResponse answer(ServerReflectionRequest request) {
    ServerReflectionResponse.Builder response =
        ServerReflectionResponse.newBuilder()
            .setValidHost(request.getHost())
            .setOriginalRequest(request);
    switch (request.getMessageRequestCase()) {
      case LIST_SERVICES -> response.setListServicesResponse(services);
      case FILE_BY_FILENAME -> setFile(response, byFileName.get(request.getFileByFilename()));
      case FILE_CONTAINING_SYMBOL ->
          setFile(response, bySymbol.get(request.getFileContainingSymbol()));
      case FILE_CONTAINING_EXTENSION -> {
        ExtensionRequest extension = request.getFileContainingExtension();
        setFile(
            response,
            extensions(extension.getContainingType()).get(extension.getExtensionNumber()));
      }
      case ALL_EXTENSION_NUMBERS_OF_TYPE ->
          setNumbers(response, request.getAllExtensionNumbersOfType());
      default -> setError(response, GrpcStatus.INVALID_ARGUMENT, "no request (expected: one)");
    }
    return response.build();
  }

  private static void setFile(
      ServerReflectionResponse.Builder response, @Nullable FileDescriptor file) {
    if (file == null) {
      setError(response, GrpcStatus.NOT_FOUND, "no contract has this file or declares this name");
    } else {
      response.setFileDescriptorResponse(
          FileDescriptorResponse.newBuilder()
              .addFileDescriptorProto(file.toProto().toByteString()));
    }
  }

  private void setNumbers(ServerReflectionResponse.Builder response, String type) {
    if (!byExtension.containsKey(type)) {
      setError(response, GrpcStatus.NOT_FOUND, "no contract declares this message");
      return;
    }
    response.setAllExtensionNumbersResponse(
        ExtensionNumberResponse.newBuilder()
            .setBaseTypeName(type)
            .addAllExtensionNumber(extensions(type).keySet()));
  }

  private Map<Integer, FileDescriptor> extensions(String type) {
    return byExtension.getOrDefault(type, Map.of());
  }

  private static void setError(
      ServerReflectionResponse.Builder response, GrpcStatus status, String text) {
    response.setErrorResponse(
        ErrorResponse.newBuilder().setErrorCode(status.code).setErrorMessage(text));
  }

  private void index(FileDescriptor file) {
    if (byFileName.putIfAbsent(file.getName(), file) != null) {
      return;
    }
    for (ServiceDescriptor service : file.getServices()) {
      bySymbol.put(service.getFullName(), file);
      service.getMethods().forEach(method -> bySymbol.put(method.getFullName(), file));
    }
    for (FieldDescriptor extension : file.getExtensions()) {
      byExtension
          .computeIfAbsent(extension.getContainingType().getFullName(), type -> new TreeMap<>())
          .put(extension.getNumber(), file);
      bySymbol.put(extension.getFullName(), file);
    }
    file.getEnumTypes().forEach(type -> bySymbol.put(type.getFullName(), file));
    file.getMessageTypes().forEach(this::index);
    file.getDependencies().forEach(this::index);
  }

  private void index(Descriptor type) {
    bySymbol.put(type.getFullName(), type.getFile());
    byExtension.computeIfAbsent(type.getFullName(), none -> new TreeMap<>());
    type.getEnumTypes().forEach(inner -> bySymbol.put(inner.getFullName(), type.getFile()));
    type.getNestedTypes().forEach(this::index);
  }
}
