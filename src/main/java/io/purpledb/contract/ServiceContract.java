package io.purpledb.contract;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import io.purpledb.v1.OptionsProto;
import io.purpledb.v1.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A service of proto/purple/v1. Which there are is derived: the build writes down what files are
 * there, so that one that is added is served without a line elsewhere.
 *
 * @param name its short name, as in addresses and settings: {@code kv}
 * @param descriptor the service in the contract
 */
public record ServiceContract(String name, ServiceDescriptor descriptor) {

  /** All services, by the alphabet. */
  public static final List<ServiceContract> ALL = read();

  /** The names of all services, by the alphabet. */
  public static final List<String> NAMES = ALL.stream().map(ServiceContract::name).toList();

  /** The contract of a service of the generated code. */
  public static ServiceContract of(ServiceDescriptor service) {
    String name = service.getName().replaceFirst("Service$", "").toLowerCase(Locale.ROOT);
    return new ServiceContract(name, service);
  }

  /** The contract of a service with a short name. */
  public static ServiceContract named(String name) {
    return ALL.stream()
        .filter(service -> service.name().equals(name))
        .findAny()
        .orElseThrow(
            () -> new IllegalArgumentException(name + " (expected: one of " + NAMES + ")"));
  }

  /** The services in the order in which their entries came to the files of the disk backend. */
  public static List<String> byPlace() {
    return inOrder(Comparator.comparing(service -> service.stored().getPlace()));
  }

  /** The services in the order of their databases in layout 1 of Redis, from database 0. */
  public static List<String> byRedisDatabase() {
    return inOrder(Comparator.comparing(service -> service.stored().getRedisDatabase()));
  }

  /** How it is kept, as the contract says by {@code stored}. */
  public Stored stored() {
    return descriptor.getOptions().getExtension(OptionsProto.stored);
  }

  private static List<String> inOrder(Comparator<ServiceContract> order) {
    return ALL.stream().sorted(order).map(ServiceContract::name).toList();
  }

  private static List<ServiceContract> read() {
    try (InputStream in = ServiceContract.class.getResourceAsStream("contracts.binpb")) {
      return FileDescriptorSet.parseFrom(Objects.requireNonNull(in)).getFileList().stream()
          .flatMap(ServiceContract::services)
          .map(ServiceContract::of)
          .sorted(Comparator.comparing(ServiceContract::name))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The services of a file, from the code that was generated from it. */
  private static Stream<ServiceDescriptor> services(FileDescriptorProto file) {
    if (file.getServiceCount() == 0) {
      return Stream.empty();
    }
    String message = file.getMessageType(0).getName();
    return prototype(file.getOptions().getJavaPackage() + "." + message)
        .getDescriptorForType()
        .getFile()
        .getServices()
        .stream();
  }

  /** An empty message of the generated code. */
  public static Message prototype(Descriptor message) {
    return prototype(message.getFile().getOptions().getJavaPackage() + "." + message.getName());
  }

  private static Message prototype(String type) {
    try {
      return Internal.getDefaultInstance(Class.forName(type).asSubclass(Message.class));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("the generated class of a message is missing: " + type, e);
    }
  }
}
