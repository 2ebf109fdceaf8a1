package io.purpledb.config.setting;

import io.purpledb.config.Member;
import io.purpledb.config.MemberText;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The types of settings that name the members of a cluster. */
final class MemberKind {

  private MemberKind() {}

  /** One node of a cluster. */
  record One() implements Kind<Member> {

    @Override
    public String placeholder() {
      return "HOST:PORT";
    }

    @Override
    public String expected() {
      return "a host and a port up to " + MemberText.MAX_PORT + ", as in purple-0.purple:7800";
    }

    @Override
    public @Nullable Member read(String text) {
      return MemberText.member(text);
    }

    @Override
    public String show(Member member) {
      return MemberText.show(member);
    }
  }

  /** All nodes of a cluster. */
  record All() implements Kind<List<Member>> {

    @Override
    public String placeholder() {
      return "NODES";
    }

    @Override
    public String expected() {
      return MemberText.EXPECTED;
    }

    @Override
    public @Nullable List<Member> read(String text) {
      return MemberText.members(text);
    }

    @Override
    public String show(List<Member> members) {
      return members.stream().map(MemberText::show).collect(Collectors.joining(","));
    }
  }
}
