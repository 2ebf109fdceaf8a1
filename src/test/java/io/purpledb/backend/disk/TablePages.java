package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.h2.engine.Database;
import org.h2.engine.SessionLocal;
import org.h2.index.Index;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.db.MVPrimaryIndex;
import org.h2.mvstore.db.MVSecondaryIndex;
import org.h2.table.Table;

/** The pages of a database file that nobody uses, and to which tables they belong. */
final class TablePages {

  private static final int BLOCK_BYTES = 4096;
  private static final int LAYOUT = 0;
  private static final Pattern ROOT = Pattern.compile("\\broot:([0-9a-f]+)");

  /** What of a table is hit. */
  enum Part {
    /** The rows, in the order in which they came. */
    ROWS,
    /** What finds them by their key. */
    ORDER
  }

  /** Where a page is, and what is below it. */
  private record Page(long at, int bytes, List<Long> children) {

    Set<Long> blocks() {
      Set<Long> blocks = new LinkedHashSet<>();
      for (long block = at / BLOCK_BYTES; block * BLOCK_BYTES < at + bytes; block++) {
        blocks.add(block);
      }
      return blocks;
    }
  }

  private final ByteBuffer file;
  private final Map<Integer, Long> chunks = new HashMap<>();

  /** The pages of each map, by its number. */
  private final Map<Integer, List<Page>> maps = new HashMap<>();

  private TablePages(ByteBuffer file, Map<String, String> layout) {
    this.file = file;
    String head = text(0);
    chunks.put(hex(head, "chunk"), (long) hex(head, "block")); // the last, which has the layout
    layout.forEach(
        (key, value) -> {
          if (key.startsWith("chunk.")) {
            chunks.put(Integer.parseInt(key.substring(6), 16), (long) hex(value, "block"));
          }
        });
    Matcher layoutRoot = ROOT.matcher(text(hex(head, "block") * BLOCK_BYTES));
    assertThat(layoutRoot.find()).isTrue();
    List<Page> layoutPages = new ArrayList<>();
    collect(Long.parseUnsignedLong(layoutRoot.group(1), 16), layoutPages);
    maps.put(LAYOUT, layoutPages);
    layout.forEach(
        (key, value) -> {
          if (key.startsWith("root.") && !value.equals("0")) {
            List<Page> pages = new ArrayList<>();
            collect(Long.parseUnsignedLong(value, 16), pages);
            maps.put(Integer.parseInt(key.substring(5), 16), pages);
          }
        });
  }

  private String text(int at) {
    ByteBuffer head = file.duplicate().position(at).limit(at + BLOCK_BYTES / 8);
    return ISO_8859_1.decode(head).toString();
  }

  private static int hex(String text, String name) {
    Matcher number = Pattern.compile("\\b" + name + ":([0-9a-f]+)").matcher(text);
    assertThat(number.find()).as(name).isTrue();
    return Integer.parseInt(number.group(1), 16);
  }

  private void collect(long position, List<Page> pages) {
    Page page = page(position);
    pages.add(page);
    page.children.forEach(child -> collect(child, pages));
  }

  private Page page(long position) {
    long block = Objects.requireNonNull(chunks.get(DataUtils.getPageChunkId(position)));
    long at = block * BLOCK_BYTES + DataUtils.getPageOffset(position);
    ByteBuffer in = file.duplicate().position((int) at);
    int bytes = in.getInt();
    in.getShort();
    DataUtils.readVarInt(in); // its number
    DataUtils.readVarInt(in); // of its map
    int keys = DataUtils.readVarInt(in);
    boolean isNode = (in.get() & DataUtils.PAGE_TYPE_NODE) != 0;
    List<Long> children = new ArrayList<>();
    for (int i = 0; isNode && i <= keys; i++) {
      children.add(in.getLong());
    }
    return new Page(at, bytes, children);
  }

  /** The blocks of a map and no other, but for its way to the last row, which an opening reads. */
  private List<Long> blocksOf(int map) {
    Set<Long> others = new LinkedHashSet<>(chunks.values()); // their heads
    maps.forEach(
        (id, pages) -> {
          if (id != map) {
            pages.forEach(page -> others.addAll(page.blocks()));
          }
        });
    List<Page> pages = Objects.requireNonNull(maps.get(map));
    Page last = pages.get(0);
    others.addAll(last.blocks());
    while (!last.children.isEmpty()) {
      last = page(last.children.get(last.children.size() - 1));
      others.addAll(last.blocks());
    }
    return pages.stream()
        .map(Page::blocks)
        .flatMap(Collection::stream)
        .distinct()
        .filter(block -> !others.contains(block))
        .toList();
  }

  /**
   * Flips a bit in blocks that have pages of one part of a table and nothing else.
   *
   * @param from so many blocks, those of the first pages, are left as they are
   * @param most in so many blocks at most
   */
  static void damage(Path directory, String table, Part part, int from, int most)
      throws SQLException, IOException {
    Path path = directory.resolve(DiskEngine.STEM + ".mv.db");
    List<Long> blocks = blocks(path, table, part);
    assertThat(blocks).as("of the %s of %s alone", part, table).hasSizeGreaterThan(from);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (long block : blocks.stream().skip(from).limit(most).toList()) {
        ByteBuffer one = ByteBuffer.allocate(1);
        long at = block * BLOCK_BYTES + BLOCK_BYTES / 2;
        channel.read(one, at);
        one.put(0, (byte) (one.get(0) ^ 1));
        channel.write(one.rewind(), at);
      }
    }
  }

  private static List<Long> blocks(Path path, String table, Part part)
      throws SQLException, IOException {
    Path copy = Files.createTempFile("pages", ".mv.db"); // an opening would change the file
    try {
      Files.copy(path, copy, StandardCopyOption.REPLACE_EXISTING);
      String name = copy.toString().replace(".mv.db", "");
      try (Connection connection =
          DriverManager.getConnection("jdbc:h2:" + name + ";ACCESS_MODE_DATA=r", "", "")) {
        SessionLocal session = (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
        Database database = session.getDatabase();
        Table found = database.getMainSchema().getTableOrView(session, table);
        return new TablePages(
                ByteBuffer.wrap(Files.readAllBytes(copy)),
                database.getStore().getMvStore().getLayoutMap())
            .blocksOf(map(found, part));
      }
    } finally {
      Files.delete(copy);
    }
  }

  /** The number of the map that has a part of a table. */
  private static int map(Table table, Part part) {
    for (Index index : table.getIndexes()) {
      if (part == Part.ROWS && index instanceof MVPrimaryIndex rows) {
        return rows.getMVMap().getId();
      }
      if (part == Part.ORDER && index instanceof MVSecondaryIndex order) {
        return order.getMVMap().getId();
      }
    }
    throw new IllegalArgumentException(table + " has no " + part);
  }
}
