import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Writes the contract as client libraries speak it: {@code ClientContract openapi.yaml
 * target/clients/openapi.yaml}. What follows is a target and what it has beside the contract: the
 * operations of tests, {@code target/clients/documents/openapi.yaml
 * src/test/resources/test-openapi.yaml ...}.
 *
 * <p>The contract offers choices for people with curl, which generators turn into awkward methods.
 * A library needs one form of each operation, and the bare one is best: bytes as bytes and text as
 * text, without base64 and without a limit on the length of a URL. So:
 *
 * <ul>
 *   <li>of several media types, the barest stays;
 *   <li>where a value may be a query parameter or the body, it is the body;
 *   <li>how keys are encoded is said when a client is made, and not by a parameter of each call;
 *   <li>all operations are methods of one client, and those of the tag {@code server} are left out;
 *   <li>an operation whose answers differ in more than their body (headers, several statuses of
 *       success, 304), or that takes headers, has a second method with all of that, and the first
 *       stays as it is: {@code x-with-http-info}.
 * </ul>
 */
public final class ClientContract {
  private static final List<String> BAREST_FIRST =
      List.of("application/octet-stream", "text/plain", "application/json");
  private static final List<String> METHODS = List.of("get", "put", "delete", "post", "patch");

  public static void main(String[] args) throws Exception {
    write(read(args[0]), args[1]);
    if (args.length > 2) {
      Map<String, Object> contract = read(args[0]);
      for (String more : List.of(args).subList(3, args.length)) {
        add(contract, read(more));
      }
      write(contract, args[2]);
    }
  }

  private static Map<String, Object> read(String file) throws IOException {
    return new Yaml().load(Files.readString(Path.of(file)));
  }

  private static void add(Map<String, Object> contract, Map<String, Object> more) {
    map(contract.get("paths")).putAll(map(more.get("paths")));
    map(map(contract.get("components")).get("schemas")).putAll(map(more.get("schemas")));
  }

  private static void write(Map<String, Object> contract, String file) throws IOException {
    stripDescriptions(contract);
    for (Object path : List.copyOf(map(contract.get("paths")).values())) {
      METHODS.forEach(method -> simplify(contract, map(path), method));
    }
    map(contract.get("paths"))
        .values()
        .removeIf(path -> METHODS.stream().noneMatch(map(path)::containsKey));
    for (Object path : map(contract.get("paths")).values()) {
      removeKeyEncoding(contract, list(map(path).get("parameters")));
    }
    markFirstWithHttpInfo(contract);
    contract.put("tags", List.of(Map.of("name", "purple", "description", "A Purple server.")));
    while (removeUnused(contract)) {}
    refuseChoices(contract);

    DumperOptions block = new DumperOptions();
    block.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    Path target = Path.of(file);
    Files.createDirectories(target.getParent());
    Files.writeString(target, new Yaml(block).dump(contract));
  }

  private static void simplify(
      Map<String, Object> contract, Map<String, Object> path, String method) {
    Map<String, Object> operation = map(path.get(method));
    if (operation.isEmpty()) {
      return;
    }
    if (list(operation.get("tags")).contains("server")) {
      path.remove(method);
      return;
    }
    operation.put("tags", List.of("purple"));
    map(operation.get("responses")).values().forEach(response -> keepBarest(map(response)));
    if (operation.get("requestBody") != null) {
      Map<String, Object> body = map(operation.get("requestBody"));
      Map<String, Object> media = keepBarest(body);
      body.put("required", true);
      Object description = resolve(contract, media.get("schema")).get("description");
      body.put("description", description == null ? "The body." : description);
      operation.put("x-codegen-request-body-name", "value");
      if (map(body.get("content")).containsKey("application/json")) {
        objectSchema(contract, media);
      }
      list(operation.get("parameters"))
          .removeIf(parameter -> "value".equals(resolve(contract, parameter).get("name")));
    }
    markWithHttpInfo(contract, operation);
    // What follows the first paragraph explains the choices, if there are any.
    operation.computeIfPresent("description", (key, text) -> ((String) text).split("\n\n")[0]);
  }

  /** Whoever wants the body alone is not bothered with the rest, and never will be. */
  private static void markWithHttpInfo(
      Map<String, Object> contract, Map<String, Object> operation) {
    List<Object> parameters = list(operation.get("parameters"));
    Predicate<Object> header = one -> "header".equals(resolve(contract, one).get("in"));
    boolean marked = parameters.stream().anyMatch(header);
    if (marked) {
      if (parameters.stream().filter(header).anyMatch(one -> isRequired(contract, one))) {
        throw new IllegalArgumentException(
            operation.get("operationId") + ": a required header: teach the templates");
      }
      // Behind the others: the first method leaves them out.
      parameters.sort(Comparator.comparing(header::test));
    }
    Set<Object> contents = new HashSet<>();
    int successes = 0;
    for (Map.Entry<String, Object> one : map(operation.get("responses")).entrySet()) {
      Map<String, Object> response = resolve(contract, one.getValue());
      if (one.getKey().compareTo("4") >= 0) {
        continue;
      }
      successes++;
      Set<String> headers = new HashSet<>(map(response.get("headers")).keySet());
      headers.remove("Vary"); // for caches
      marked |= !headers.isEmpty() || successes > 1;
      if (one.getKey().equals("304")) {
        operation.put("x-not-modified", true);
      } else {
        contents.add(map(response.get("content")));
      }
    }
    if (contents.size() != 1) {
      throw new IllegalArgumentException(
          operation.get("operationId") + ": successes of several types: teach the templates");
    }
    Map<String, Object> answer = map(map(contents.iterator().next()).get("application/json"));
    if (!answer.isEmpty() && !objectSchema(contract, answer).containsKey("properties")) {
      operation.put("x-object-answer", true);
    }
    if (marked) {
      operation.put("x-with-http-info", true);
      if (parameters.stream().allMatch(header.or(one -> isRequired(contract, one)))) {
        operation.put("x-only-headers-optional", true);
      }
    }
  }

  /** The templates know JSON of no other kind. */
  private static Map<String, Object> objectSchema(
      Map<String, Object> contract, Map<String, Object> media) {
    Map<String, Object> schema = resolve(contract, media.get("schema"));
    if (!"object".equals(schema.get("type"))) {
      throw new IllegalArgumentException(schema + ": JSON that is no object: teach the templates");
    }
    return schema;
  }

  private static boolean isRequired(Map<String, Object> contract, Object parameter) {
    return Boolean.TRUE.equals(resolve(contract, parameter).get("required"));
  }

  /** Beside it the templates declare what all those methods answer. */
  private static void markFirstWithHttpInfo(Map<String, Object> contract) {
    map(contract.get("paths")).values().stream()
        .flatMap(path -> METHODS.stream().map(method -> map(map(path).get(method))))
        .filter(operation -> operation.containsKey("x-with-http-info"))
        .findFirst()
        .ifPresent(operation -> operation.put("x-first-with-http-info", true));
  }

  /** The templates add it again to every call with a key in its path, when the client wants it. */
  private static void removeKeyEncoding(Map<String, Object> contract, List<Object> parameters) {
    boolean keyed =
        parameters.stream().anyMatch(one -> "path".equals(resolve(contract, one).get("in")));
    boolean encoded =
        parameters.removeIf(one -> "keyEncoding".equals(resolve(contract, one).get("name")));
    if (keyed != encoded) {
      throw new IllegalArgumentException(
          parameters + ": keyEncoding where no key is, or the reverse: teach the templates");
    }
  }

  private static Map<String, Object> keepBarest(Map<String, Object> message) {
    Map<String, Object> content = map(message.get("content"));
    for (String barest : BAREST_FIRST) {
      if (content.containsKey(barest)) {
        content.keySet().retainAll(Set.of(barest));
        return map(content.get(barest));
      }
    }
    return Map.of();
  }

  /** Generators make a class of every schema, used or not. */
  private static boolean removeUnused(Map<String, Object> contract) {
    Set<String> used = new HashSet<>();
    collectReferences(contract, used);
    boolean removed = false;
    for (Map.Entry<String, Object> kind : map(contract.get("components")).entrySet()) {
      removed |=
          map(kind.getValue())
              .keySet()
              .removeIf(name -> !used.contains("#/components/" + kind.getKey() + "/" + name));
    }
    return removed;
  }

  /** Generators make of them what no template of ours knows. */
  private static void refuseChoices(Object node) {
    if (node instanceof Map<?, ?> map) {
      for (String choice : List.of("oneOf", "anyOf", "allOf")) {
        if (map.containsKey(choice)) {
          throw new IllegalArgumentException(map + ": " + choice + ": teach the templates");
        }
      }
      map.values().forEach(ClientContract::refuseChoices);
    } else if (node instanceof Collection<?> items) {
      items.forEach(ClientContract::refuseChoices);
    }
  }

  private static void collectReferences(Object node, Set<String> references) {
    if (node instanceof Map<?, ?> map) {
      if (map.get("$ref") instanceof String reference) {
        references.add(reference);
      }
      map.values().forEach(value -> collectReferences(value, references));
    } else if (node instanceof Collection<?> items) {
      items.forEach(item -> collectReferences(item, references));
    }
  }

  /** A block of YAML ends with a newline, which is a stray blank in a comment. */
  private static void stripDescriptions(Object node) {
    if (node instanceof Map<?, ?>) {
      map(node)
          .computeIfPresent(
              "description", (key, text) -> text instanceof String block ? block.strip() : text);
      map(node).values().forEach(ClientContract::stripDescriptions);
    } else if (node instanceof Collection<?> items) {
      items.forEach(ClientContract::stripDescriptions);
    }
  }

  private static Map<String, Object> resolve(Map<String, Object> contract, Object node) {
    Object found = node;
    if (map(node).get("$ref") instanceof String reference) {
      found = contract;
      for (String name : reference.substring("#/".length()).split("/")) {
        found = map(found).get(name);
      }
    }
    return map(found);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object node) {
    return node == null ? Map.of() : (Map<String, Object>) node;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object node) {
    return node == null ? new ArrayList<>() : (List<Object>) node;
  }
}
