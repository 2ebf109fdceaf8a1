package io.purpledb.server.http.answer;

import com.google.protobuf.Message;
import io.purpledb.message.ResponseStream;
import java.util.function.Function;

/**
 * An answer of many events.
 *
 * @param stream not begun to be read
 * @param event makes what is told of a message
 */
public record Events<R extends Message>(ResponseStream<R> stream, Function<R, ServerEvent> event) {}
