import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Writes the contract as client libraries speak it: {@code ClientContract openapi.yaml
 * target/clients/openapi.yaml}.
 *
 * <p>The contract offers choices for people with curl, which generators turn into awkward methods.
 * A library needs one form of each operation, and the bare one is best: bytes as bytes and text as
 * text, without base64 and without a limit on the length of a URL. So:
 *
 * <ul>
 *   <li>of several media types, the barest stays;
 *   <li>where a value may be a query parameter or the body, it is the body;
 *   <li>how keys are encoded is said when a client is made, and not by a parameter of each call;
 *   <li>all operations are methods of one client, and those of the tag {@code server} are left out.
 * </ul>
 */
public final class ClientContract {
  private static final List<String> BAREST_FIRST =
      List.of("application/octet-stream", "text/plain", "application/json");
  private static final List<String> METHODS = List.of("get", "put", "delete", "post", "patch");

  public static void main(String[] args) throws Exception {
    Map<String, Object> contract = new Yaml().load(Files.readString(Path.of(args[0])));
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
    contract.put("tags", List.of(Map.of("name", "purple", "description", "A Purple server.")));
    while (removeUnused(contract)) {}

    DumperOptions block = new DumperOptions();
    block.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    Path target = Path.of(args[1]);
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
      body.put("description", map(media.get("schema")).get("description"));
      operation.put("x-codegen-request-body-name", "value");
      list(operation.get("parameters"))
          .removeIf(parameter -> "value".equals(resolve(contract, parameter).get("name")));
    }
    // What follows the first paragraph explains the choices, if there are any.
    operation.computeIfPresent("description", (key, text) -> ((String) text).split("\n\n")[0]);
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
