package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.purpledb.server.grpc.RawGrpcClient.Answer;
import io.purpledb.support.QuietLog;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.StreamResetException;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.reflection.v1.ExtensionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reflection as grpcurl and others use it: a call with a request for each question. */
@Timeout(30)
class ReflectionTest {

  private static final String PATH = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  private static final String OLD_PATH =
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

  private static final long CANCEL = 8;

  @RegisterExtension final QuietLog log = new QuietLog();

  private static TestGrpcServer server;
  private static RawGrpcClient client;

  @BeforeAll
  static void start() {
    server = TestGrpcServer.of(TestGrpcServer.config(10_000), List.of());
    client = new RawGrpcClient(server.port());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {PATH, OLD_PATH})
  void listsTheServices(String path) {
    ServerReflectionResponse response =
        ask(path, ServerReflectionRequest.newBuilder().setListServices("*").build()).get(0);

    Set<String> served = new HashSet<>(TestGrpcServer.SERVICES);
    served.addAll(
        List.of(
            "proto.Cache",
            "proto.Counter",
            "proto.Flag",
            "proto.KV",
            "proto.Set",
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection"));
    assertThat(response.getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .containsExactlyInAnyOrderElementsOf(served);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "purple.v1.KvService",
        "purple.v1.KvService.KvGet",
        "purple.v1.KvGetResponse",
        "proto.Cache",
        "proto.Location",
        "grpc.health.v1.Health",
        "grpc.health.v1.HealthCheckResponse.ServingStatus",
        "grpc.reflection.v1.ServerReflection",
      })
  void describesASymbol(String symbol) throws Exception {
    ServerReflectionResponse response = ask(PATH, symbol(symbol)).get(0);

    ByteString bytes = response.getFileDescriptorResponse().getFileDescriptorProto(0);
    FileDescriptorProto file = FileDescriptorProto.parseFrom(bytes);
    assertThat(symbol).startsWith(file.getPackage() + ".");
    assertThat(build(file).getServices()).isNotEmpty();
    ServerReflectionRequest byName =
        ServerReflectionRequest.newBuilder().setFileByFilename(file.getName()).build();
    assertThat(ask(PATH, byName).get(0).getFileDescriptorResponse())
        .isEqualTo(response.getFileDescriptorResponse());
  }

  /** The contract with what it needs, all of which reflection has to tell. */
  private static FileDescriptor build(FileDescriptorProto file) throws Exception {
    List<FileDescriptor> needed = new ArrayList<>();
    for (String name : file.getDependencyList()) {
      ServerReflectionRequest byName =
          ServerReflectionRequest.newBuilder().setFileByFilename(name).build();
      needed.add(
          build(
              FileDescriptorProto.parseFrom(
                  ask(PATH, byName).get(0).getFileDescriptorResponse().getFileDescriptorProto(0))));
    }
    return FileDescriptor.buildFrom(file, needed.toArray(FileDescriptor[]::new));
  }

  /** Which grpcurl asks for to show the options of a method or a field. */
  @Test
  void describesTheExtensions() throws Exception {
    String extended = "google.protobuf.FieldOptions";
    List<ServerReflectionResponse> responses =
        ask(
            PATH,
            ServerReflectionRequest.newBuilder().setAllExtensionNumbersOfType(extended).build(),
            ServerReflectionRequest.newBuilder()
                .setFileContainingExtension(
                    ExtensionRequest.newBuilder()
                        .setContainingType(extended)
                        .setExtensionNumber(50_100))
                .build(),
            ServerReflectionRequest.newBuilder()
                .setAllExtensionNumbersOfType("purple.v1.KvGetRequest")
                .build());

    assertThat(responses.get(0).getAllExtensionNumbersResponse().getExtensionNumberList())
        .containsExactly(50_100);
    FileDescriptorProto file =
        FileDescriptorProto.parseFrom(
            responses.get(1).getFileDescriptorResponse().getFileDescriptorProto(0));
    assertThat(file.getName()).isEqualTo("purple/v1/options.proto");
    assertThat(responses.get(2).hasAllExtensionNumbersResponse()).isTrue();
    assertThat(responses.get(2).getAllExtensionNumbersResponse().getExtensionNumberList())
        .isEmpty();
  }

  /** Which grpcurl asks for to show what is in a failure. */
  @Test
  void describesTheDetailsOfFailures() throws Exception {
    ServerReflectionResponse response = ask(PATH, symbol("google.rpc.ErrorInfo")).get(0);

    ByteString bytes = response.getFileDescriptorResponse().getFileDescriptorProto(0);
    FileDescriptorProto file = FileDescriptorProto.parseFrom(bytes);
    assertThat(file.getMessageTypeList()).anyMatch(type -> type.getName().equals("ErrorInfo"));
    for (String needed : file.getDependencyList()) {
      ServerReflectionRequest byName =
          ServerReflectionRequest.newBuilder().setFileByFilename(needed).build();
      assertThat(ask(PATH, byName).get(0).hasFileDescriptorResponse()).as(needed).isTrue();
    }
  }

  @Test
  void saysWhatItDoesNotKnow() {
    List<ServerReflectionResponse> responses =
        ask(
            PATH,
            symbol("purple.v1.Nothing"),
            ServerReflectionRequest.newBuilder().setFileByFilename("nothing.proto").build(),
            ServerReflectionRequest.newBuilder().setAllExtensionNumbersOfType("proto.KV").build(),
            ServerReflectionRequest.newBuilder()
                .setFileContainingExtension(ExtensionRequest.getDefaultInstance())
                .build(),
            ServerReflectionRequest.newBuilder().setHost("h").build());

    assertThat(responses)
        .extracting(response -> response.getErrorResponse().getErrorCode())
        .containsExactly(5, 5, 5, 5, 3);
    assertThat(responses.get(4).getValidHost()).isEqualTo("h");
    assertThat(responses.get(4).getOriginalRequest().getHost()).isEqualTo("h");
  }

  @Test
  void answersAsTheQuestionsCome() throws InterruptedException {
    HttpClientRequest request = client.open(PATH, Map.of());
    BlockingQueue<Buffer> answers = new LinkedBlockingQueue<>();
    request.response().onSuccess(response -> response.handler(answers::add));
    for (int i = 0; i < 2; i++) {
      request.write(RawGrpcClient.frame(symbol("proto.Nothing").toByteArray()));
      assertThat(answers.poll(10, TimeUnit.SECONDS)).isNotNull();
    }
    TestGrpcServer.await(request.end());
  }

  @Test
  void keepsNoAnswersForAClientThatDoesNotRead() {
    HttpClientRequest request = client.open(PATH, Map.of());
    request.response().onSuccess(response -> response.pause());
    Buffer questions = Buffer.buffer();
    for (int i = 0; i < 1_000; i++) {
      questions.appendBuffer(RawGrpcClient.frame(symbol("proto.KV").toByteArray()));
    }
    Promise<Throwable> reset = Promise.promise();
    request.exceptionHandler(reset::tryComplete);
    request.write(questions);

    assertThat(TestGrpcServer.await(reset.future()))
        .isInstanceOfSatisfying(
            StreamResetException.class, e -> assertThat(e.getCode()).isEqualTo(CANCEL));
  }

  private static ServerReflectionRequest symbol(String symbol) {
    return ServerReflectionRequest.newBuilder().setFileContainingSymbol(symbol).build();
  }

  private static List<ServerReflectionResponse> ask(
      String path, ServerReflectionRequest... requests) {
    Buffer body = Buffer.buffer();
    for (ServerReflectionRequest request : requests) {
      body.appendBuffer(RawGrpcClient.frame(request.toByteArray()));
    }
    Answer answer = client.call(path, Map.of(), body);
    assertThat(answer.status()).isEqualTo(GrpcStatus.OK);
    return messages(answer.body());
  }

  private static List<ServerReflectionResponse> messages(Buffer body) {
    List<ServerReflectionResponse> messages = new ArrayList<>();
    int start = 5;
    while (start <= body.length()) {
      int end = start + body.getInt(start - 4);
      try {
        messages.add(ServerReflectionResponse.parseFrom(body.getBytes(start, end)));
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
      start = end + 5;
    }
    return messages;
  }
}
