package io.purpledb.config.setting;

import io.purpledb.config.BackendName;
import io.purpledb.config.Browsers;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Config;
import io.purpledb.config.Durability;
import io.purpledb.config.Member;
import io.purpledb.config.MemberText;
import io.purpledb.config.RedisLayout;
import io.purpledb.config.ServerLimits;
import io.purpledb.config.host.SelfFinder;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force: the first source that gives a setting decides, its default is last.
 *
 * @param protocols the protocols to serve
 * @param sources the strongest first
 */
public record Settings(Set<String> protocols, List<Source> sources) {

  private static final String REDIS = "redis";

  public Settings {
    sources = sources.stream().map(source -> source.withoutPort(protocols)).toList();
  }

  /** The checked result; settings that do not go together end the start. */
  public Config config() {
    checkPorts();
    checkCluster();
    checkBackends();
    return new Config(
        protocols,
        value(Setting.HOST),
        Math.toIntExact(value(Setting.HTTP_PORT)),
        Math.toIntExact(value(Setting.GRPC_PORT)),
        Setting.SERVICES.stream().collect(Collectors.toMap(Function.identity(), this::backend)),
        value(Setting.DATA_DIR),
        Durability.valueOf(value(Setting.DURABILITY).toUpperCase(Locale.ROOT)),
        value(Setting.REDIS_URL),
        RedisLayout.of(value(Setting.REDIS_LAYOUT)),
        Math.toIntExact(value(Setting.MAX_VALUE_BYTES)),
        cacheMaxBytes(),
        value(Setting.REQUEST_TIMEOUT_MS),
        Math.toIntExact(value(Setting.MAX_IN_FLIGHT)),
        value(Setting.MEMORY_BUDGET).bytes(),
        value(Setting.MAX_IN_FLIGHT_BYTES).bytes(),
        new ServerLimits(
            Math.toIntExact(value(Setting.MAX_HEADER_BYTES)),
            Math.toIntExact(value(Setting.MAX_CONNECTIONS)),
            Math.toIntExact(value(Setting.MAX_CONNECTIONS_PER_ADDRESS)),
            value(Setting.HEADER_TIMEOUT_MS),
            value(Setting.IDLE_TIMEOUT),
            value(Setting.DRAIN_TIME),
            new Browsers(value(Setting.ALLOWED_HOSTS), value(Setting.CORS_ORIGINS))),
        cluster(),
        value(Setting.DEBUG));
  }

  /** A line for each setting that matters: its name, its value, where that comes from. */
  public String report() {
    return Setting.all().stream()
        .filter(this::matters)
        .map(setting -> "  " + setting.name() + ": " + shown(setting) + "\n")
        .collect(Collectors.joining());
  }

  private <T> String shown(Setting<T> setting) {
    return setting.kind().show(value(setting)) + " (" + inForce(setting).where() + ")";
  }

  private boolean matters(Setting<?> setting) {
    if (setting.equals(Setting.HTTP_PORT)) {
      return protocols.contains("http");
    }
    if (setting.equals(Setting.GRPC_PORT)) {
      return protocols.contains("grpc");
    }
    if (setting.equals(Setting.CACHE_MAX_BYTES)) {
      return !backend("cache").equals(REDIS);
    }
    if (setting.name().startsWith("cluster-tls-")) {
      return value(Setting.CLUSTER) && given(setting) != null;
    }
    if (setting.name().startsWith("cluster-")) {
      return value(Setting.CLUSTER);
    }
    return !setting.equals(Setting.PORT);
  }

  <T> T value(Setting<T> setting) {
    return inForce(setting).read(setting.kind());
  }

  private @Nullable ClusterConfig cluster() {
    return new ClusterSettings(this, new SelfFinder()).config();
  }

  private String backend(String service) {
    return value(Setting.backendOf(service));
  }

  private long cacheMaxBytes() {
    if (!backend("cache").equals(REDIS)) {
      return value(Setting.CACHE_MAX_BYTES);
    }
    Given given = given(Setting.CACHE_MAX_BYTES);
    if (given != null) {
      throw given.wrong(
          Setting.CACHE_MAX_BYTES.kind(),
          "none, as the cache is in Redis, whose own maxmemory rules there");
    }
    return 0;
  }

  private void checkPorts() {
    long http = value(Setting.HTTP_PORT);
    if (protocols.size() > 1 && http != 0 && http == value(Setting.GRPC_PORT)) {
      boolean grpcGiven = given(Setting.GRPC_PORT) != null;
      Setting<Long> named = grpcGiven ? Setting.GRPC_PORT : Setting.HTTP_PORT;
      Setting<Long> other = grpcGiven ? Setting.HTTP_PORT : Setting.GRPC_PORT;
      throw inForce(named).wrong(named.kind(), "another port than " + other.name());
    }
  }

  /** What is kept at one node only is no backend of a cluster. */
  private void checkBackends() {
    List<String> names = BackendName.names(BackendName.ALL, value(Setting.CLUSTER));
    for (String service : Setting.SERVICES) {
      Setting<String> backend = Setting.backendOf(service);
      if (!names.contains(value(backend))) {
        Setting<String> decides = given(backend) == null ? Setting.BACKEND : backend;
        throw inForce(decides).wrong(backend.kind(), String.join(", ", names) + " in a cluster");
      }
    }
  }

  /** Who names members means a cluster: nodes that serve each for itself would lose writes. */
  private void checkCluster() {
    for (Setting<?> setting : Setting.all()) {
      Given given = setting.name().startsWith("cluster-") ? given(setting) : null;
      if (given != null
          && !value(Setting.CLUSTER)
          && !given.text().isBlank()
          && !given.text().equals(setting.defaultText())) {
        throw given.wrong(setting.kind(), "none, or cluster: true as well");
      }
    }
  }

  /** What decides: what is given, else the default. */
  Given inForce(Setting<?> setting) {
    Given given = given(setting);
    if (given != null) {
      return given;
    }
    if (setting.equals(Setting.CLUSTER_SELF)) {
      return new Given("found", MemberText.show(Objects.requireNonNull(cluster()).self()));
    }
    if (setting.equals(Setting.CLUSTER_DISK_OWNER)) {
      Member owner = Objects.requireNonNull(cluster()).diskOwner();
      return new Given("the first of cluster-members", MemberText.show(owner));
    }
    String text = setting.defaultText();
    return text == null // as with the backend of a service, which follows that of all
        ? new Given("as backend", inForce(Setting.BACKEND).text())
        : new Given("default", text);
  }

  /** What the strongest source gives; null when none does. */
  @Nullable Given given(Setting<?> setting) {
    for (Source source : sources) {
      Given given = source.given().get(setting);
      if (given != null) {
        return given;
      }
    }
    return null;
  }
}
