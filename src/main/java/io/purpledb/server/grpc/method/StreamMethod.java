package io.purpledb.server.grpc.method;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.ResponseStream;
import io.vertx.core.Future;
import java.util.function.BiFunction;

/**
 * A method that takes one message and answers many.
 *
 * @param contract where the method is declared, and so its path
 * @param request an empty request, to parse with
 * @param answer from a request, of the type of {@code request}, and what goes with it, to the
 *     stream of its responses
 */
public record StreamMethod(
    MethodDescriptor contract,
    Message request,
    BiFunction<Message, Call, Future<ResponseStream<Message>>> answer) {}
