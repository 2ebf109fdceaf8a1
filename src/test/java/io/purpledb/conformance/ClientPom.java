package io.purpledb.conformance;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** What a pom.xml says. */
final class ClientPom {

  /** Of the jar of PurpleClient. */
  static final ClientPom CLIENT = new ClientPom("clients/eventbus/client/pom.xml");

  private static final String SOURCES =
      "//execution[id='sources']//resource[contains(directory, 'src/main/java')]//include";

  private final XPath xpath = XPathFactory.newInstance().newXPath();
  private final Document document;

  ClientPom(String file) {
    try {
      document =
          DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(Path.of(file).toFile());
    } catch (Exception e) {
      throw new IllegalStateException(file, e);
    }
  }

  /** Classes that are compiled from the sources that it includes. */
  DescribedPredicate<JavaClass> classes() {
    List<PathMatcher> included =
        nodes(SOURCES).stream()
            .map(node -> FileSystems.getDefault().getPathMatcher("glob:" + node.getTextContent()))
            .toList();
    return DescribedPredicate.describe(
        "are in the jar of PurpleClient",
        type -> {
          String outermost = type.getBaseComponentType().getName().replaceFirst("[$].*", "");
          Path source = Path.of(outermost.replace('.', '/') + ".java");
          return included.stream().anyMatch(glob -> glob.matches(source));
        });
  }

  /** The text of an element. */
  String text(String path) {
    return nodes(path).get(0).getTextContent();
  }

  /** All properties that say a version. */
  Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    nodes("/project/properties/*[contains(name(), '.version') or contains(name(), '.release')]")
        .forEach(node -> versions.put(node.getNodeName(), node.getTextContent()));
    return versions;
  }

  /** The versions of plugins or dependencies that it says, by their names. */
  Map<String, String> versionsOf(String element) {
    Map<String, String> versions = new TreeMap<>();
    for (Node node : nodes("//%s[version]".formatted(element))) {
      versions.put(child(node, "artifactId"), child(node, "version"));
    }
    return versions;
  }

  private String child(Node node, String name) {
    try {
      return xpath.evaluate(name, node);
    } catch (XPathExpressionException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private List<Node> nodes(String path) {
    try {
      NodeList found = (NodeList) xpath.evaluate(path, document, XPathConstants.NODESET);
      return IntStream.range(0, found.getLength()).mapToObj(found::item).toList();
    } catch (XPathExpressionException e) {
      throw new IllegalStateException(path, e);
    }
  }
}
