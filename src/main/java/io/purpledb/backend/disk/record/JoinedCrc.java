package io.purpledb.backend.disk.record;

/**
 * The CRC-32C of bytes whose parts were summed apart: what comes first in a record is known last.
 * The way of zlib: a byte behind others multiplies their sum, a polynomial over two elements, by
 * x^8 modulo that of the CRC.
 */
final class JoinedCrc {

  /** The polynomial of CRC-32C; the lowest bit is the highest power. */
  private static final int POLYNOMIAL = 0x82f63b78;

  private static final int ONE = 0x80000000;
  private static final int X_8 = ONE >>> Byte.SIZE;

  private JoinedCrc() {}

  /**
   * The sum of two parts together.
   *
   * @param bytes the length of the second part
   */
  static int of(int first, int second, long bytes) {
    return product(power(bytes), first) ^ second;
  }

  /** The power of x^8. */
  private static int power(long exponent) {
    int power = ONE;
    int square = X_8;
    for (long left = exponent; left > 0; left >>>= 1) {
      if ((left & 1) == 1) {
        power = product(power, square);
      }
      square = product(square, square);
    }
    return power;
  }

  private static int product(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) == 0 ? shifted >>> 1 : shifted >>> 1 ^ POLYNOMIAL;
    }
    return product;
  }
}
