package io.purpledb.server.http.contract;

import com.google.protobuf.ByteString;
import io.purpledb.message.Call;
import io.purpledb.server.http.parameter.Accept;
import io.purpledb.server.http.parameter.KeyEncoding;
import io.purpledb.server.http.parameter.PathCheck;
import io.purpledb.server.http.parameter.QueryCheck;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the contract asks of the requests of one operation and says of its answers. Compiled once,
 * by {@link HttpContract}; used on every event loop.
 *
 * @param id the operationId
 * @param service the tag: the service that the operation belongs to
 * @param method its method in the contract
 * @param statuses those of success, and 304; the first is that of an answer which has none of its
 *     own
 * @param responseTypes the media types of success; none when it has no body
 */
public record OperationCheck(
    String id,
    String service,
    HttpMethod method,
    PathCheck path,
    QueryCheck query,
    HeaderCheck header,
    BodyCheck body,
    List<Integer> statuses,
    List<String> responseTypes) {

  /** The methods of its requests: HEAD works where GET does. */
  public List<HttpMethod> methods() {
    return method.equals(HttpMethod.GET) ? List.of(method, HttpMethod.HEAD) : List.of(method);
  }

  /** The status of success where nothing else is said. */
  public int status() {
    return statuses.get(0);
  }

  /**
   * Checks all of a request but the bytes of its body.
   *
   * @param rawPath the path as it was sent
   * @param rawQuery the query as it was sent, or null when there is none
   */
  public Input check(String rawPath, @Nullable String rawQuery, MultiMap headers) {
    Conditions.require(method, header, headers);
    @Nullable Object[] queryValues = query.read(rawQuery);
    return new Input(
        this,
        headers,
        Call.NOTHING.tracedBy(headers.get(Call.TRACE)),
        path.read(rawPath, query.isGiven(KeyEncoding.PARAMETER, queryValues)),
        queryValues,
        header.read(headers),
        responseType(headers),
        body.type(headers),
        ByteString.EMPTY);
  }

  private String responseType(MultiMap headers) {
    if (responseTypes.isEmpty()) {
      return "";
    }
    if (!method.equals(HttpMethod.GET)) {
      // To refuse a write for the form of its answer helps nobody.
      return responseTypes.get(Math.max(0, Accept.choose(headers, responseTypes)));
    }
    return Accept.require(headers, responseTypes);
  }
}
