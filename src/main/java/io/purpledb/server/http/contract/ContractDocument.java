package io.purpledb.server.http.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import io.vertx.openapi.contract.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The text of openapi.yaml and what it says.
 *
 * @param yaml the text, as it was written
 * @param json the same document; not to be changed
 */
public record ContractDocument(String yaml, JsonObject json) {

  private static final String RESOURCE = "openapi.yaml";

  /** Reads the contract from the class path. Blocks. */
  public static ContractDocument read() {
    try (InputStream in = ContractDocument.class.getClassLoader().getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static ContractDocument parse(String yaml) {
    Map<String, Object> members = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
    return new ContractDocument(yaml, new JsonObject(members));
  }

  /** An object of the document: itself, or what it refers to. */
  JsonObject resolve(JsonObject object) {
    String reference = object.getString("$ref");
    return reference == null
        ? object
        : (JsonObject) JsonPointer.from(reference.substring(1)).queryJson(json);
  }

  /**
   * A copy that vertx-openapi loads, and changes: 5.0.7 refuses a contract with a media type that
   * it does not know, so those are left out.
   */
  public JsonObject loadable() {
    JsonObject copy = json.copy();
    dropUnknownMediaTypes(copy);
    return copy;
  }

  private static void dropUnknownMediaTypes(Object node) {
    if (node instanceof JsonArray array) {
      array.forEach(ContractDocument::dropUnknownMediaTypes);
    } else if (node instanceof JsonObject object) {
      if (object.getValue("content") instanceof JsonObject content && hasMediaTypes(content)) {
        content.getMap().keySet().removeIf(type -> !MediaType.isMediaTypeSupported(type));
        if (content.isEmpty()) {
          object.remove("content");
        }
      }
      object.forEach(member -> dropUnknownMediaTypes(member.getValue()));
    }
  }

  /** A property of a schema may be called content, too. */
  private static boolean hasMediaTypes(JsonObject content) {
    return content.fieldNames().stream().allMatch(name -> name.contains("/"));
  }
}
