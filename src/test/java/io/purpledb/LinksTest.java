package io.purpledb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every link of the documentation within the project leads somewhere. */
class LinksTest {

  /** What is built or fetched is not the project's. */
  private static final Set<String> OTHERS = Set.of("target", "node_modules", ".git");

  private static final Pattern BLOCK =
      Pattern.compile("^```.*?^```", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
  private static final Pattern HEADING = Pattern.compile("^#+\\s+(.*)$", Pattern.MULTILINE);
  private static final Pattern LINK = Pattern.compile("\\[([^\\]]*)\\](\\(([^)]*)\\)|(?!\\())");
  private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");

  @Test
  void leadSomewhere() throws IOException {
    List<Path> documents;
    try (Stream<Path> files = Files.walk(Path.of(""))) {
      documents =
          files
              .filter(file -> file.toString().endsWith(".md"))
              .filter(file -> isOurs(file))
              .toList();
    }
    assertThat(documents).contains(Path.of("README.md"), Path.of("docs/cluster.md"));
    for (Path document : documents) {
      assertThat(dangling(document)).as(document.toString()).isEmpty();
    }
  }

  @Test
  void whatDanglesIsFound(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("b.md"), "# Of `B`, and more\n## Twice\n## Twice\n");
    Path document = directory.resolve("a.md");
    Files.writeString(
        document,
        """
        # A
        [b](b.md), [of b](b.md#of-b-and-more), [again](b.md#twice-1), [a
        b](#a), [web](https://localhost/x), `[no](link)`, [`code`](b.md)
        ```
        [no](link)
        ```
        [gone](c.md) [gone](b.md#gone) [gone](#gone) [](b.md) [nowhere] [empty]()
        """);
    assertThat(dangling(document))
        .containsExactly(
            "[gone](c.md)",
            "[gone](b.md#gone)",
            "[gone](#gone)",
            "[](b.md)",
            "[nowhere]",
            "[empty]()");
  }

  private static boolean isOurs(Path file) {
    for (Path part : file) {
      if (OTHERS.contains(part.toString())) {
        return false;
      }
    }
    return true;
  }

  private static List<String> dangling(Path document) throws IOException {
    List<String> dangling = new ArrayList<>();
    String text = BLOCK.matcher(Files.readString(document)).replaceAll("");
    Matcher link = LINK.matcher(CODE.matcher(text).replaceAll("code"));
    while (link.find()) {
      String target = link.group(3);
      if (link.group(1).isBlank() || target == null || !leads(document, target)) {
        dangling.add(link.group());
      }
    }
    return dangling;
  }

  private static boolean leads(Path document, String target) throws IOException {
    if (ELSEWHERE.matcher(target).matches()) {
      return true;
    }
    int mark = target.indexOf('#');
    String path = mark < 0 ? target : target.substring(0, mark);
    Path file = path.isEmpty() ? document : document.resolveSibling(path).normalize();
    return !target.isEmpty()
        && Files.exists(file)
        && (mark < 0 || anchors(file).contains(target.substring(mark + 1)));
  }

  /** As GitHub makes them of headings. */
  private static Set<String> anchors(Path file) throws IOException {
    List<String> anchors = new ArrayList<>();
    Matcher heading = HEADING.matcher(BLOCK.matcher(Files.readString(file)).replaceAll(""));
    while (heading.find()) {
      String anchor =
          heading
              .group(1)
              .strip()
              .toLowerCase(Locale.ROOT)
              .replaceAll("\\]\\([^)]*\\)", "")
              .replaceAll("[^\\p{L}\\p{N}_ -]", "")
              .replace(' ', '-');
      long before =
          anchors.stream()
              .filter(other -> other.matches(Pattern.quote(anchor) + "(-\\d+)?"))
              .count();
      anchors.add(before == 0 ? anchor : anchor + "-" + before);
    }
    return anchors.stream().collect(Collectors.toSet());
  }
}
