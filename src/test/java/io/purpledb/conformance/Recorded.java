package io.purpledb.conformance;

import io.purpledb.support.client.ServiceClient;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which operations were called in which cell. */
final class Recorded {

  private static final Map<Cell, Set<String>> CALLED = new ConcurrentHashMap<>();

  private Recorded() {}

  /** The ids of the operations that were called in a cell. */
  static Set<String> operations(Cell cell) {
    return CALLED.computeIfAbsent(cell, absent -> ConcurrentHashMap.newKeySet());
  }

  /** A client that records what is called. */
  static ServiceClient client(Cell cell, ServiceClient purple) {
    Set<String> called = operations(cell);
    return (ServiceClient)
        Proxy.newProxyInstance(
            ServiceClient.class.getClassLoader(),
            new Class<?>[] {ServiceClient.class},
            (proxy, method, arguments) -> {
              called.add(method.getName());
              return call(purple, method, arguments);
            });
  }

  private static Object call(ServiceClient purple, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(purple, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
