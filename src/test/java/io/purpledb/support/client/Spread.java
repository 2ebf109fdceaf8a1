package io.purpledb.support.client;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes one client of several: each call goes to the next one. */
public final class Spread {

  private Spread() {}

  public static ServiceClient over(List<ServiceClient> clients) {
    AtomicInteger calls = new AtomicInteger();
    return (ServiceClient)
        Proxy.newProxyInstance(
            ServiceClient.class.getClassLoader(),
            new Class<?>[] {ServiceClient.class},
            (proxy, method, arguments) ->
                call(
                    clients.get(Math.floorMod(calls.getAndIncrement(), clients.size())),
                    method,
                    arguments));
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
