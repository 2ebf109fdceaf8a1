package io.purpledb.config.host;

import io.purpledb.config.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;

/** The address of this machine that a member listens on, for all its ports the same. */
public final class OwnAddress {

  private OwnAddress() {}

  /**
   * The address of a member's host, as its name is resolved now. Where the name has no address yet
   * or one that is not of this machine (as behind a forwarding), it is the address that goes with
   * this machine's own name.
   *
   * @throws UnknownHostException when that has none either
   */
  public static InetAddress of(Member self) throws UnknownHostException {
    try {
      InetAddress address = InetAddress.getByName(self.host());
      if (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null) {
        return address;
      }
    } catch (IOException e) {
      // as with an address of another machine
    }
    return InetAddress.getLocalHost();
  }
}
