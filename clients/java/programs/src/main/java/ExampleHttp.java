import io.purpledb.client.PurpleClient;
import io.purpledb.client.PurpleException;
import java.nio.charset.StandardCharsets;

public final class ExampleHttp {
  public static void main(String[] args) {
    PurpleClient client = new PurpleClient(args[0]); // http://localhost:8080

    client.kvPut("greeting", "Hello".getBytes(StandardCharsets.UTF_8));
    byte[] value = client.kvGet("greeting");
    long visits = client.counterIncrement("visits", 2).value();
    System.out.println(new String(value, StandardCharsets.UTF_8) + " " + visits);

    try {
      client.kvGet("nothing");
    } catch (PurpleException e) {
      System.out.println(
          e.code() + " " + e.problem().detail()); // not_found no value found for nothing
    }
  }
}
