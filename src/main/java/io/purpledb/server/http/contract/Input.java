package io.purpledb.server.http.contract;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.JsonMessages;
import io.purpledb.server.http.parameter.Accept;
import io.purpledb.server.http.parameter.EntityTags;
import io.purpledb.server.http.parameter.ParameterCheck;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that passed the check of its operation: typed values, and the body. */
public final class Input {

  private final OperationCheck operation;
  private final MultiMap headers;
  private final Call call;
  private final Object[] path;
  private final @Nullable Object[] query;
  private final @Nullable Object[] header;
  private final String responseType;
  private final MediaType bodyType;
  private final ByteString body;

  /**
   * @param call what its headers say besides
   * @param path the values of the path parameters
   * @param query the values of the query parameters, null where there is none
   * @param header the same for those in headers
   * @param responseType the media type that the client likes best of those that the operation
   *     answers; empty when it answers none
   * @param bodyType what the body is
   * @param body its bytes; none when there is no body
   */
  Input(
      OperationCheck operation,
      MultiMap headers,
      Call call,
      Object[] path,
      @Nullable Object[] query,
      @Nullable Object[] header,
      String responseType,
      MediaType bodyType,
      ByteString body) {
    this.operation = operation;
    this.headers = headers;
    this.call = call;
    this.path = path;
    this.query = query;
    this.header = header;
    this.responseType = responseType;
    this.bodyType = bodyType;
    this.body = body;
  }

  /** The same request, when its body has come. */
  public Input withBody(ByteString bytes) {
    return new Input(operation, headers, call, path, query, header, responseType, bodyType, bytes);
  }

  public Call call() {
    return call;
  }

  public String responseType() {
    return responseType;
  }

  /**
   * Fails as not acceptable when the client takes none of this media type: that of an answer which
   * has one form, though the operation has several.
   *
   * @param type with its parameters, if it has any
   */
  public void requireAccepted(String type) {
    int end = type.indexOf(';');
    Accept.require(headers, List.of(end < 0 ? type : type.substring(0, end)));
  }

  public boolean has(String parameter) {
    return value(parameter) != null;
  }

  public String text(String parameter) {
    return (String) given(parameter);
  }

  public long integer(String parameter) {
    return (Long) given(parameter);
  }

  public boolean flag(String parameter) {
    return (Boolean) given(parameter);
  }

  public MediaType bodyType() {
    return bodyType;
  }

  public ByteString body() {
    return body;
  }

  /** The body as text; fails when it is not UTF-8. */
  public String bodyText() {
    bodyType.requireUtf8();
    if (!body.isValidUtf8()) {
      throw Failure.invalid("body: not UTF-8 (expected: UTF-8)");
    }
    return body.toStringUtf8();
  }

  /** The members of the JSON form of the body, or null when the body is the bare value. */
  public @Nullable Map<String, String> form() {
    JsonForm form = operation.body().form();
    if (form == null || !operation.body().isForm(bodyType)) {
      return null;
    }
    try {
      return form.read(body);
    } catch (Failure failure) {
      throw bodyType.assumed() ? withoutType(failure) : failure;
    }
  }

  /** Who forgets the type of a bare value must not have to guess that from a parser's complaint. */
  private static Failure withoutType(Failure failure) {
    return Failure.invalid(
        "Content-Type: missing (expected: application/octet-stream for a bare value); read as JSON, "
            + failure.getMessage());
  }

  /** The entity tags of a header such as If-Match; null when it is not given. */
  public @Nullable EntityTags tags(String parameter) {
    return has(parameter) ? EntityTags.parse(parameter, text(parameter)) : null;
  }

  /**
   * The body as a message, by its schema in the contract and by its descriptor.
   *
   * @param prototype an empty message
   */
  @SuppressWarnings("unchecked") // a message of the prototype's type
  public <M extends Message> M document(M prototype) {
    JsonDocument schema = operation.body().document();
    if (schema == null) {
      throw new IllegalStateException(operation.id() + " has no JSON document");
    }
    return (M) JsonMessages.fromJson(schema.read(body), prototype);
  }

  private Object given(String parameter) {
    Object value = value(parameter);
    if (value == null) {
      throw new IllegalStateException(parameter + " of " + operation.id() + " is not given");
    }
    return value;
  }

  private @Nullable Object value(String parameter) {
    int inPath = ParameterCheck.index(operation.path().parameters(), parameter);
    if (inPath >= 0) {
      return path[inPath];
    }
    int inQuery = ParameterCheck.index(operation.query().parameters(), parameter);
    if (inQuery >= 0) {
      return query[inQuery];
    }
    int inHeader = ParameterCheck.index(operation.header().parameters(), parameter);
    if (inHeader >= 0) {
      return header[inHeader];
    }
    throw new IllegalArgumentException(
        "%s (expected: a parameter of %s)".formatted(parameter, operation.id()));
  }
}
