package io.purpledb.config;

import java.util.List;
import java.util.ServiceLoader;

/**
 * The name of a backend, as in settings and addresses. Which there are says the list in
 * META-INF/services, where each is the class that opens it: so settings know the names without the
 * engines.
 */
public interface BackendName {

  /** All backends, in the order of the list, which is that of texts. */
  List<BackendName> ALL =
      ServiceLoader.load(BackendName.class, BackendName.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  /** The name: {@code memory}, {@code disk}, {@code redis}. */
  String name();

  /**
   * Whether the nodes of a cluster have the same data in it. With one that has not, each node would
   * serve for itself what it was sent.
   */
  default boolean isForClusters() {
    return false;
  }

  /** The names of those that may be used. */
  static List<String> names(List<BackendName> all, boolean inCluster) {
    return all.stream()
        .filter(backend -> !inCluster || backend.isForClusters())
        .map(BackendName::name)
        .toList();
  }
}
