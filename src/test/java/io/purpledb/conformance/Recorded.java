package io.purpledb.conformance;

import io.purpledb.support.Door;
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

  /** A door that records what is called. */
  static Door door(Cell cell, Door door) {
    Set<String> called = operations(cell);
    return (Door)
        Proxy.newProxyInstance(
            Door.class.getClassLoader(),
            new Class<?>[] {Door.class},
            (proxy, method, arguments) -> {
              called.add(method.getName());
              return call(door, method, arguments);
            });
  }

  private static Object call(Door door, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(door, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
