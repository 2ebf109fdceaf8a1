package io.purpledb.server.wire;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The host of a request and perhaps its port, as RFC 9110, section 4.2.1 and RFC 3986, section 3.2
 * write them, but for escapes: no name that can be looked up has any. Checked here, before Vert.x
 * sees it: its parser throws on some escapes, and nobody answers then.
 */
public final class Authority {

  /** What is said of one that is missing or malformed. */
  public static final String EXPECTED = "a name or an address, and perhaps a port";

  private static final int MAX_PORT = 65_535;
  private static final String OF_NAMES = "-._~!$&'()*+,;=";

  private Authority() {}

  /** Whether a request may have it. */
  public static boolean isValid(CharSequence text) {
    int end = hostEnd(text);
    if (end <= 0) {
      return false;
    }
    if (end == text.length()) {
      return true;
    }
    int port = 0;
    for (int i = end + 1; i < text.length() && port <= MAX_PORT; i++) {
      int digit = text.charAt(i) - '0';
      port = digit < 0 || digit > 9 ? MAX_PORT + 1 : 10 * port + digit;
    }
    return text.charAt(end) == ':' && port <= MAX_PORT;
  }

  /** The host of a valid one. */
  public static String host(String valid) {
    return valid.substring(0, hostEnd(valid));
  }

  /** Whether a name or an address, in brackets or not, is one of this machine's loopback. */
  public static boolean isLoopback(String host) {
    if (host.equals("localhost") || host.endsWith(".localhost")) {
      return true;
    }
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host); // looks nothing up
    try {
      return address != null && InetAddress.getByAddress(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // of no length that an address has
    }
  }

  /** Where the host ends; not positive when there is none. */
  private static int hostEnd(CharSequence text) {
    int at = 0;
    if (text.length() > 0 && text.charAt(0) == '[') {
      do {
        at++;
      } while (at < text.length() && isOfAddress(text.charAt(at)));
      return at > 2 && at < text.length() && text.charAt(at) == ']' ? at + 1 : -1;
    }
    while (at < text.length() && isOfName(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isOfAddress(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
  }

  private static boolean isOfName(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || isDigit(c)
        || OF_NAMES.indexOf(c) >= 0;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
