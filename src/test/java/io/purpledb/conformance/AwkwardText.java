package io.purpledb.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys and items that something on the way might change or mix up. All are valid. */
enum AwkwardText {
  LETTER("a"),
  SLASH("/"),
  PATH("a/b"),
  DOUBLE_SLASH("a//b"),
  LEADING_SLASH("/a"),
  TRAILING_SLASH("a/"),
  ENCODED_SLASH("a%2Fb"),
  PERCENT_2F("%2F"),
  PERCENT_41("%41"),
  CAPITAL_A("A"),
  PERCENT("%"),
  PERCENT_ZZ("%zz"),
  PLUS("+"),
  A_PLUS_B("a+b"),
  SPACE(" "),
  A_SPACE_B("a b"),
  LEADING_SPACE(" a"),
  TRAILING_SPACE("a "),
  DOT("."),
  DOT_DOT(".."),
  DOT_DOT_PATH("../a"),
  QUOTED("\"a\""),
  SINGLE_QUOTED("'a'"),
  BACKSLASH("\\"),
  BACKSLASH_N("a\\nb"),
  NEWLINE("a\nb"),
  CRLF("a\r\nb"),
  NUL("\0"),
  A_NUL("a\0"),
  TAB("\t"),
  DEL("\u007f"),
  ZERO("0"),
  ZERO_ZERO("00"),
  MINUS_FIVE("-5"),
  DECIMAL("1.5"),
  NULL("null"),
  TRUE("true"),
  JSON("{\"a\":1}"),
  QUERY("a?b=c&d"),
  FRAGMENT("a#b"),
  SEMICOLON("a;b=c"),
  COMMA("a,b"),
  COLON(":a"),
  BRACES("{key}"),
  STAR("*"),
  SQL("'; DROP TABLE kv; --"),
  SQL_WILDCARDS("%_"),
  E_ACUTE_COMPOSED("\u00e9"),
  E_ACUTE_DECOMPOSED("e\u0301"),
  SHARP_S("\u00df"),
  DOTTED_CAPITAL_I("\u0130"),
  EMOJI("\ud83d\ude00"),
  EMOJI_FAMILY("\ud83d\udc69\u200d\ud83d\udc67"),
  RIGHT_TO_LEFT("\u05e9\u05dc\u05d5\u05dd \u202etest"),
  BYTE_ORDER_MARK("\ufeffa"),
  NO_BREAK_SPACE("\u00a0"),
  LINE_SEPARATOR("\u2028"),
  REPLACEMENT("\ufffd"),
  U_E000("\ue000"),
  U_FFFF("\uffff"),
  U_10000("\ud800\udc00"),
  U_10FFFF("\udbff\udfff"),
  BYTES_1024_ASCII("k".repeat(1024)),
  BYTES_1024_ASCII_OTHER_END("k".repeat(1023) + "l"),
  BYTES_1024_OF_2("\u00e9".repeat(512)),
  BYTES_1024_OF_3("\u20ac".repeat(341) + "a"),
  BYTES_1024_OF_4("\ud83d\ude00".repeat(256));

  final String text;

  AwkwardText(String text) {
    this.text = text;
  }

  static List<String> all() {
    return List.of(values()).stream().map(awkward -> awkward.text).toList();
  }

  /** Runs a test with each of them. */
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @ParameterizedTest(name = "{0}")
  @EnumSource(AwkwardText.class)
  @interface Each {}
}
