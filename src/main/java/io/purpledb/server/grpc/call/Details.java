package io.purpledb.server.grpc.call;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.purpledb.message.Failure;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Base64;
import java.util.Locale;

/**
 * The details of a status, by which programs tell failures apart that have the same status: a
 * google.rpc.Status with a google.rpc.ErrorInfo, in the trailer where every gRPC library looks.
 */
public final class Details {

  public static final String TRAILER = "grpc-status-details-bin";

  private static final String DOMAIN = "purple";

  private Details() {}

  /**
   * The value of the trailer.
   *
   * @param grpcStatus what the call ends with
   */
  static String of(Failure failure, GrpcStatus grpcStatus) {
    String code = failure.kind().code();
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setReason(code.toUpperCase(Locale.ROOT))
            .setDomain(DOMAIN)
            .putMetadata("code", code)
            .build();
    Status status =
        Status.newBuilder()
            .setCode(grpcStatus.code)
            .setMessage(failure.getMessage())
            .addDetails(Any.pack(info))
            .build();
    return Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray());
  }
}
