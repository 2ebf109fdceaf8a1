package io.purpledb.support;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes one door of several: each call goes to the next one. */
final class Spread {

  private Spread() {}

  static Door over(List<Door> doors) {
    AtomicInteger calls = new AtomicInteger();
    return (Door)
        Proxy.newProxyInstance(
            Door.class.getClassLoader(),
            new Class<?>[] {Door.class},
            (proxy, method, arguments) ->
                call(
                    doors.get(Math.floorMod(calls.getAndIncrement(), doors.size())),
                    method,
                    arguments));
  }

  private static Object call(Door door, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(door, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
