import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What H2 does alone: the two statements of the KV service on its table, on one thread, without any
 * force. Arguments: a new directory, the number of keys. For each line of its input, such as {@code
 * GET 4} or {@code PUT 4}, it runs the statement for as many seconds, with a key by chance each
 * time, and prints how often a second.
 */
final class BareH2 {

  private static final int FIRST_KEY = 1_000_000;
  private static final int BATCH = 32; // about what 64 connections have waiting
  private static final byte[] VALUE = new byte[100];

  private final Connection connection;
  private final int keys;
  private final SplittableRandom random = new SplittableRandom(1);

  private BareH2(Connection connection, int keys) {
    this.connection = connection;
    this.keys = keys;
  }

  public static void main(String[] args) throws SQLException, IOException {
    String url =
        "jdbc:h2:file:" + Path.of(args[0]).toAbsolutePath().resolve("kv") + ";ANALYZE_AUTO=0";
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.setAutoCommit(false);
      BareH2 h2 = new BareH2(connection, Integer.parseInt(args[1]));
      h2.fill();
      System.out.println("filled");
      BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ");
        System.out.println(h2.rate(words[0].equals("GET"), Double.parseDouble(words[1])));
      }
    }
  }

  private void fill() throws SQLException {
    connection
        .createStatement()
        .execute(
            "CREATE TABLE KV(KV_KEY VARBINARY(1024) PRIMARY KEY, CONTENT VARBINARY(67108864) NOT NULL)");
    try (PreparedStatement put = connection.prepareStatement("INSERT INTO KV VALUES (?, ?)")) {
      for (int i = 0; i < keys; i++) {
        put.setBytes(1, key(i));
        put.setBytes(2, VALUE);
        put.executeUpdate();
        if (i % BATCH == 0) {
          connection.commit();
        }
      }
      connection.commit();
    }
  }

  private double rate(boolean get, double seconds) throws SQLException {
    String sql =
        get ? "SELECT CONTENT FROM KV WHERE KV_KEY = ?" : "MERGE INTO KV KEY(KV_KEY) VALUES (?, ?)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      long start = System.nanoTime();
      long end = start + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
      long done = 0;
      while (System.nanoTime() < end) {
        for (int i = 0; i < BATCH; i++, done++) {
          statement.setBytes(1, key(random.nextInt(keys)));
          if (get) {
            read(statement);
          } else {
            statement.setBytes(2, VALUE);
            statement.executeUpdate();
          }
        }
        connection.commit();
      }
      return done * 1e9 / (System.nanoTime() - start);
    }
  }

  private static void read(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      if (!row.next() || row.getBytes(1).length != VALUE.length) {
        throw new IllegalStateException("a key is not there");
      }
    }
  }

  private static byte[] key(int number) {
    return Integer.toString(FIRST_KEY + number).getBytes(UTF_8);
  }
}
