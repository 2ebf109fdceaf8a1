package io.purpledb.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Keys and items that are refused. The empty one, which not every protocol can say, is not here.
 */
enum BadText {
  BYTES_1025_ASCII("k".repeat(1025)),
  BYTES_1025_OF_2("\u00e9".repeat(512) + "a"),
  BYTES_1026_OF_3_IN_342_CHARS("\u20ac".repeat(342)),
  BYTES_1028_OF_4("\ud83d\ude00".repeat(257)),
  LONE_HIGH_SURROGATE("\ud83d"),
  LONE_LOW_SURROGATE("\ude00"),
  HIGH_SURROGATE_AT_THE_END("a\ud83d"),
  HIGH_SURROGATE_BEFORE_A_LETTER("\ud83da"),
  REVERSED_SURROGATES("\ude00\ud83d");

  final String text;

  BadText(String text) {
    this.text = text;
  }

  /** Runs a test with each of them. */
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @ParameterizedTest(name = "{0}")
  @EnumSource(BadText.class)
  @interface Each {}
}
