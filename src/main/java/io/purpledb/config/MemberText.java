package io.purpledb.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Members as they are written: {@code host:port}, an IPv6 address in brackets, and {@code
 * purple-{0..2}.purple:7800} for a row of names that differ in a number.
 */
public final class MemberText {

  public static final int MAX_MEMBERS = 9;
  public static final int MAX_PORT = 65535 - Member.PORTS + 1;

  /** What a list of members must be, for people. */
  public static final String EXPECTED =
      "1 to %d times host:port with commas between, or purple-{0..2}.purple:7800 for three;"
              .formatted(MAX_MEMBERS)
          + " ports of one host at least %d apart, up to %d".formatted(Member.PORTS, MAX_PORT);

  private static final Pattern MEMBER =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9][A-Za-z0-9._-]*)):([0-9]{1,5})");
  private static final Pattern RANGE = Pattern.compile("\\{([0-9]{1,5})\\.\\.([0-9]{1,5})}");

  private MemberText() {}

  /** One member; null when it cannot be read. */
  public static @Nullable Member member(String text) {
    Matcher parts = MEMBER.matcher(text.strip());
    if (!parts.matches()) {
      return null;
    }
    String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
    int port = Integer.parseInt(parts.group(3));
    return port < 1 || port > MAX_PORT ? null : new Member(host, port);
  }

  /** Members between commas; null when one cannot be read or two want the same port. */
  public static @Nullable List<Member> members(String text) {
    List<String> texts = new ArrayList<>();
    for (String item : text.split(",", -1)) {
      if (!expand(item, texts)) {
        return null;
      }
    }
    LinkedHashSet<Member> members = new LinkedHashSet<>();
    for (String item : texts) {
      Member member = member(item);
      if (member == null || members.stream().anyMatch(other -> overlap(member, other))) {
        return null;
      }
      members.add(member);
    }
    return List.copyOf(members);
  }

  public static String show(Member member) {
    return member.host().contains(":")
        ? "[" + member.host() + "]:" + member.port()
        : member.toString();
  }

  /** Adds what the ranges of a text stand for; false when these are more than can be members. */
  private static boolean expand(String text, List<String> expanded) {
    Matcher range = RANGE.matcher(text);
    if (!range.find()) {
      expanded.add(text);
      return expanded.size() <= MAX_MEMBERS;
    }
    int first = Integer.parseInt(range.group(1));
    int last = Integer.parseInt(range.group(2));
    if (first > last) {
      return false;
    }
    for (int i = first; i <= last; i++) {
      if (!expand(text.substring(0, range.start()) + i + text.substring(range.end()), expanded)) {
        return false;
      }
    }
    return true;
  }

  private static boolean overlap(Member a, Member b) {
    return a.host().equalsIgnoreCase(b.host()) && Math.abs(a.port() - b.port()) < Member.PORTS;
  }
}
