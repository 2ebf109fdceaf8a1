package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure;
import io.purpledb.server.http.contract.HttpContract;
import io.purpledb.server.http.contract.JsonForm;
import io.purpledb.server.http.contract.OperationCheck;
import io.purpledb.server.http.parameter.ParameterCheck;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.Validator;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Our compiled checks accept and refuse what the contract's own schemas do. */
class CheckAgreesWithSchemaTest {

  private static final int VALUES = 5_000;
  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "0",
          "-0",
          "+1",
          "007",
          "5",
          "-5",
          "1.5",
          "1e3",
          "-",
          "+",
          " 1",
          "1 ",
          "0x1",
          "\u0661",
          "null",
          "2147483647",
          "2147483648",
          "-2147483648",
          "-2147483649",
          "315360000",
          "315360001",
          "-1",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "-9223372036854775809",
          "1",
          "t",
          "T",
          "TRUE",
          "true",
          "True",
          "f",
          "F",
          "FALSE",
          "false",
          "False",
          "yes",
          "tRUE",
          "k".repeat(255),
          "k".repeat(256),
          "k".repeat(1024),
          "k".repeat(1025),
          "\u9375".repeat(1024),
          "\ud83d\ude00".repeat(512),
          "\ud83d\ude00".repeat(1024),
          "\ud83d\ude00".repeat(1025),
          "base64");
  private static final List<String> MEMBERS =
      List.of("content", "encoding", "value", "Content", "");
  private static final List<String> JSON_VALUES =
      List.of(
          "\"\"",
          "\"x\"",
          "\"base64\"",
          "\"/wD+\"",
          "\"YQ\"",
          "\"YQ==\"",
          "\"YQ=\"",
          "\"YWI\"",
          "\"YWI=\"",
          "\"Y\"",
          "\"YWJj\\n\"",
          "\"a-_b\"",
          "\"gzip\"",
          "5",
          "1.5",
          "true",
          "null",
          "[]",
          "{}",
          "[\"x\"]");

  private static Vertx vertx;
  private static HttpContract contract;
  private static Random random = new Random();

  @BeforeAll
  static void load() {
    vertx = Vertx.vertx();
    contract = TestHttpServer.await(HttpContract.load(vertx));
  }

  @AfterAll
  static void close() {
    TestHttpServer.await(vertx.close());
  }

  @Test
  void onParameters(TestReporter reporter) {
    seed(reporter);
    int checked = 0;
    for (Operation operation : contract.openapi().operations()) {
      for (Parameter parameter : operation.getParameters()) {
        Validator validator = validator(parameter.getSchema());
        ParameterCheck check = check(operation, parameter);
        TEXTS.forEach(text -> assertAgree(check, parameter, validator, text));
        for (int i = 0; i < VALUES / 10; i++) {
          assertAgree(check, parameter, validator, text());
        }
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(12);
  }

  @Test
  void onJsonBodies(TestReporter reporter) {
    seed(reporter);
    Operation kvPut = contract.openapi().operation("kvPut");
    MediaType form =
        Objects.requireNonNull(kvPut.getRequestBody().getContent().get(MediaType.APPLICATION_JSON));
    Validator validator = validator(form.getSchema());
    for (int i = 0; i < VALUES; i++) {
      String json = jsonObject();
      assertThat(takes(json)).as(json).isEqualTo(isValid(new JsonObject(json), validator));
    }
  }

  /** The library takes the dollar of a pattern for Java's, which lets a line break follow. */
  private static boolean isValid(JsonObject json, Validator validator) {
    boolean endsWithBreak = String.valueOf(json.getValue("content")).endsWith("\n");
    return validator.validate(json).getValid() && !(json.containsKey("encoding") && endsWithBreak);
  }

  private static void seed(TestReporter reporter) {
    long seed = Long.getLong("purple.seed", System.nanoTime());
    reporter.publishEntry("purple.seed", Long.toString(seed));
    random = new Random(seed);
  }

  private static void assertAgree(
      ParameterCheck check, Parameter parameter, Validator validator, String text) {
    Object typed = typed(parameter, text);
    boolean valid = typed != null && validator.validate(typed).getValid();

    Object value = check.type().parse(text);

    assertThat(value != null).as("%s: %s", check.name(), text).isEqualTo(valid);
    if (value != null) {
      assertThat(value.toString()).isEqualTo(String.valueOf(typed));
    }
  }

  /** What a text of a parameter stands for, as JSON has it; null when it is of another type. */
  private static @Nullable Object typed(Parameter parameter, String text) {
    return switch (parameter.getSchemaType()) {
      case STRING -> text;
      case INTEGER -> integer(text);
      case BOOLEAN ->
          text.matches("1|t|T|TRUE|true|True|0|f|F|FALSE|false|False")
              ? (Object) text.matches("[1tT].*")
              : null;
      default -> throw new AssertionError(parameter.getSchemaType());
    };
  }

  private static @Nullable Object integer(String text) {
    if (!text.matches("[-+]?[0-9]+")) {
      return null;
    }
    BigInteger value = new BigInteger(text);
    return value.bitLength() < 64 ? Json.decodeValue(value.toString()) : null;
  }

  private static ParameterCheck check(Operation operation, Parameter parameter) {
    OperationCheck check = contract.operation(operation.getOperationId());
    int inPath = ParameterCheck.index(check.path().parameters(), parameter.getName());
    return inPath >= 0
        ? check.path().parameters().get(inPath)
        : check
            .query()
            .parameters()
            .get(ParameterCheck.index(check.query().parameters(), parameter.getName()));
  }

  private static boolean takes(String json) {
    JsonForm form = contract.operation("kvPut").body().form();
    try {
      return form != null && !form.read(ByteString.copyFromUtf8(json)).isEmpty();
    } catch (Failure refused) {
      return false;
    }
  }

  private static Validator validator(JsonSchema schema) {
    return contract.openapi().getSchemaRepository().validator(schema);
  }

  private static String text() {
    if (random.nextBoolean()) {
      return Long.toString(random.nextLong() >> random.nextInt(64));
    }
    int[] characters =
        random
            .ints(random.nextInt(random.nextBoolean() ? 8 : 1100), 1, 0x1F000)
            .filter(c -> c < 0xD800 || c > 0xDFFF)
            .toArray();
    return new String(characters, 0, characters.length);
  }

  /** An object with a few of the members, each once. */
  private static String jsonObject() {
    StringBuilder json = new StringBuilder("{");
    for (String member : MEMBERS) {
      if (random.nextInt(MEMBERS.indexOf(member) + 2) == 0) {
        json.append(json.length() > 1 ? "," : "").append('"').append(member).append("\":");
        json.append(JSON_VALUES.get(random.nextInt(JSON_VALUES.size())));
      }
    }
    return json.append('}').toString();
  }
}
