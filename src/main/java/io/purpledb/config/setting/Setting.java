package io.purpledb.config.setting;

import io.purpledb.config.BackendName;
import io.purpledb.config.Member;
import io.purpledb.contract.ServiceContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The table of settings: one entry says a setting's name, its type with range and unit, its default
 * and what it is for. The command line, the environment, the file and conf/purple.yaml follow it.
 *
 * @param name as in the file; {@code --name} on the command line, see {@link #variable}
 * @param kind how its text is read
 * @param defaultText its value when no source gives one; null when another setting decides then
 * @param description for the help and conf/purple.yaml
 */
public record Setting<T>(
    String name, Kind<T> kind, @Nullable String defaultText, String description) {

  /** The protocols, each with a command of its name that serves it alone. */
  public static final List<String> PROTOCOLS = List.of("http", "grpc");

  /** The services, each with a setting that says its backend, as the contract has them. */
  static final List<String> SERVICES = ServiceContract.NAMES;

  private static final String NAME_OF_SERVICE = "<service>";

  private static final List<Setting<?>> TABLE = new ArrayList<>();
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;

  static final Setting<Long> HTTP_PORT =
      add("http-port", Kind.port(), "8080", "Port of the HTTP server; 0 takes a free one.");

  static final Setting<Long> GRPC_PORT =
      add("grpc-port", Kind.port(), "8081", "Port of the gRPC server; 0 takes a free one.");

  public static final Setting<Long> PORT =
      add(
          "port",
          Kind.port(),
          null,
          "Port of the one protocol that the command http or grpc serves, in place of its own setting.");

  static final Setting<String> HOST =
      add("host", new Kind.Host(), "0.0.0.0", "Address to listen on; 0.0.0.0 means all of them.");

  public static final Setting<String> BACKEND =
      add("backend", engine(), "disk", "Where the services keep their data.");

  /** What the settings of services' backends have in common: the name stands for that of one. */
  private static final Setting<String> SERVICE_BACKEND =
      new Setting<>(
          NAME_OF_SERVICE + "-backend",
          engine(),
          null,
          "Where the " + NAME_OF_SERVICE + " service keeps its data, if not where backend says.");

  private static final List<Setting<String>> SERVICE_BACKENDS =
      SERVICES.stream().map(Setting::addBackendOf).toList();

  static final Setting<Path> DATA_DIR =
      add("data-dir", new Kind.Directory(), "./data", "Where the disk backend keeps its files.");

  static final Setting<String> DURABILITY =
      add(
          "durability",
          new Kind.Word("PROMISE", List.of("fsync", "process", "async")),
          "fsync",
          "What a write to disk survives once it is acknowledged: fsync power loss, process kill -9,"
              + " async that too, and it is forced within about a second.");

  public static final Setting<String> REDIS_URL =
      add("redis-url", new Kind.Redis(), "redis://127.0.0.1:6379", "The Redis server.");

  static final Setting<String> REDIS_LAYOUT =
      add(
          "redis-layout",
          new Kind.Word("LAYOUT", List.of("auto", "1", "2")),
          "auto",
          "How data is kept in Redis: auto as it is there (in an empty one as 2), 1 as in v0.1.6, 2 as"
              + " entries in database 0; docs/backends.md.");

  static final Setting<Long> MAX_VALUE_BYTES =
      add(
          "max-value-bytes",
          new Kind.Size(1, 64 * MIB),
          "1MiB",
          "The largest value of the key/value store and the cache.");

  static final Setting<Long> CACHE_MAX_BYTES =
      add(
          "cache-max-bytes",
          new Kind.Size(MIB, MIB * MIB),
          "64MiB",
          "Room of the cache in memory or on disk; Redis has its own setting, maxmemory.");

  static final Setting<Long> REQUEST_TIMEOUT_MS =
      add(
          "request-timeout-ms",
          Kind.whole("MILLIS", 100, 600_000, "milliseconds"),
          "10000",
          "When a request without an answer ends.");

  static final Setting<Long> MAX_IN_FLIGHT =
      add(
          "max-in-flight",
          Kind.whole("COUNT", 1, 1_000_000, "requests"),
          "4096",
          "How many requests one backend of one event loop works on at once; more are refused.");

  static final Setting<HeapShare> MEMORY_BUDGET =
      add(
          "memory-budget",
          new HeapShare.OfHeap(),
          "40%",
          "Room of all data in memory, of the cache's too: a write beyond it is refused as 507, the"
              + " cache makes room.");

  static final Setting<HeapShare> MAX_IN_FLIGHT_BYTES =
      add(
          "max-in-flight-bytes",
          new HeapShare.OfHeap(),
          "8%",
          "Room of the requests that are being read and answered; a request beyond it is refused as"
              + " 503, as a rule before its body is read.");

  static final Setting<Long> MAX_HEADER_BYTES =
      add(
          "max-header-bytes",
          new Kind.Size(4 * KIB, MIB),
          "32KiB",
          "The headers of a request, the metadata of a call; one with more is refused alone.");

  static final Setting<Long> MAX_CONNECTIONS =
      add(
          "max-connections",
          Kind.whole("COUNT", 1, 1_000_000, "connections"),
          "10000",
          "How many connections the HTTP server may have at once, and the gRPC server; never more than a"
              + " third of the process's file descriptors. One more is closed.");

  static final Setting<Long> MAX_CONNECTIONS_PER_ADDRESS =
      add(
          "max-connections-per-address",
          Kind.whole("COUNT", 1, 1_000_000, "connections"),
          "5000",
          "How many of them may come from one address, which may be a proxy before many clients.");

  static final Setting<Long> HEADER_TIMEOUT_MS =
      add(
          "header-timeout-ms",
          Kind.whole("MILLIS", 100, 3_600_000, "milliseconds"),
          "75000",
          "When a connection is closed that has begun a request, or has just been opened, and has not"
              + " sent all headers yet. Over HTTP/2 each frame has as long.");

  static final Setting<Long> IDLE_TIMEOUT =
      add(
          "idle-timeout",
          new Time(1_000, 3_600_000),
          "75s",
          "When a connection is closed on which nothing is asked; never sooner than twice"
              + " request-timeout-ms. Longer than the 60 s that many clients and load balancers keep"
              + " one, so that it is they who close it.");

  static final Setting<Long> DRAIN_TIME =
      add(
          "drain-time",
          new Time(0, 600_000),
          "1s",
          "How long a server that was told to stop goes on serving, so that clients and load balancers"
              + " find another one. The next answer over a connection of HTTP/1.1 is its last and says so,"
              + " HTTP/2 gets GOAWAY. Then it listens no longer, and requests in flight are finished.");

  static final Setting<List<String>> ALLOWED_HOSTS =
      add(
          "allowed-hosts",
          Names.hosts(),
          "none",
          "By which names besides localhost a server that listens on loopback may be asked; by others"
              + " it is not (421), because a web page may give its own name this address.");

  static final Setting<List<String>> CORS_ORIGINS =
      add(
          "cors-origins",
          Names.origins(),
          "none",
          "The origins of web pages that may use this server from a browser; * for all (in a file in"
              + " quotes), and then without credentials.");

  static final Setting<Boolean> CLUSTER =
      add(
          "cluster",
          new Kind.Truth(),
          "false",
          "Join the other nodes of cluster-members and serve as one of them; docs/cluster.md.");

  public static final Setting<List<Member>> CLUSTER_MEMBERS =
      add(
          "cluster-members",
          new MemberKind.All(),
          "127.0.0.1:7800,127.0.0.1:7810,127.0.0.1:7820",
          "All nodes of the cluster, this one too: the same list on each. A node takes four ports,"
              + " from the one given on.");

  static final Setting<Member> CLUSTER_SELF =
      add(
          "cluster-self",
          new MemberKind.One(),
          null,
          "Which of cluster-members this server is, if not the one with the name or an address of"
              + " this machine (of several the first that is free).");

  static final Setting<Member> CLUSTER_DISK_OWNER =
      add(
          "cluster-disk-owner",
          new MemberKind.One(),
          null,
          "Which of cluster-members keeps the files of the disk backend, if not the first.");

  static final Setting<Path> CLUSTER_TLS_CERT =
      add(
          "cluster-tls-cert",
          new Kind.ReadableFile(),
          null,
          "The certificate of this node, with its chain: with it, the nodes encrypt what they say and"
              + " accept only nodes with a certificate of cluster-tls-ca.");

  static final Setting<Path> CLUSTER_TLS_KEY =
      add(
          "cluster-tls-key",
          new Kind.ReadableFile(),
          null,
          "The private key of cluster-tls-cert, in PKCS #8.");

  static final Setting<Path> CLUSTER_TLS_CA =
      add(
          "cluster-tls-ca",
          new Kind.ReadableFile(),
          null,
          "The certificate of the authority that signed the certificates of all nodes.");

  public static final Setting<Boolean> DEBUG =
      add(
          "debug",
          new Kind.Truth(),
          "false",
          "Log more, and show the stack trace of a failure at start.");

  /** All settings, in the order in which they are explained. */
  public static List<Setting<?>> all() {
    return Collections.unmodifiableList(TABLE);
  }

  /** All settings as conf/purple.yaml explains them: one stands for those that each service has. */
  public static List<Setting<?>> explained() {
    List<Setting<?>> explained = new ArrayList<>(TABLE);
    explained.removeAll(SERVICE_BACKENDS);
    explained.add(TABLE.indexOf(SERVICE_BACKENDS.get(0)), SERVICE_BACKEND);
    return explained;
  }

  /** The setting of a protocol's port. */
  public static Setting<Long> portOf(String protocol) {
    return protocol.equals("http") ? HTTP_PORT : GRPC_PORT;
  }

  /** The setting that says where a service keeps its data. */
  static Setting<String> backendOf(String service) {
    return SERVICE_BACKENDS.get(SERVICES.indexOf(service));
  }

  /** The environment variable: {@code PURPLE_HTTP_PORT} for {@code http-port}. */
  public String variable() {
    return variable(name);
  }

  public static String variable(String name) {
    return "PURPLE_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** The option on the command line: {@code --http-port}. */
  public String option() {
    return "--" + name;
  }

  private static Kind<String> engine() {
    return new Kind.Word("ENGINE", BackendName.names(BackendName.ALL, false));
  }

  private static Setting<String> addBackendOf(String service) {
    return add(
        SERVICE_BACKEND.name.replace(NAME_OF_SERVICE, service),
        SERVICE_BACKEND.kind,
        null,
        SERVICE_BACKEND.description.replace(NAME_OF_SERVICE, service));
  }

  private static <T> Setting<T> add(
      String name, Kind<T> kind, @Nullable String defaultText, String description) {
    Setting<T> setting = new Setting<>(name, kind, defaultText, description);
    TABLE.add(setting);
    return setting;
  }
}
