package io.purpledb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The setting redis-url, and that its password is never shown. */
class RedisUrlTest {

  @ParameterizedTest
  @CsvSource({
    "redis://127.0.0.1:6379, redis://127.0.0.1:6379",
    "redis://redis.example.org, redis://redis.example.org:6379",
    "redis://[::1]:7000/, redis://[::1]:7000",
    "rediss://cache:1, rediss://cache:1",
    "redis://ann:s3cret@h:1, redis://ann:***@h:1",
    "rediss://:s3cret@h:1, rediss://:***@h:1",
    "redis://ann:s3/cr@et:x@h:1, redis://ann:***@h:1",
  })
  void isShownWithoutPassword(String text, String shown) {
    assertThat(RedisUrl.parse(text)).hasToString(shown);
  }

  @Test
  void decodesUserAndPassword() {
    RedisUrl url = RedisUrl.parse("redis://a%20b:p%40+%2F%C3%A9@h:1");

    assertThat(url.user()).isEqualTo("a b");
    assertThat(url.password()).isEqualTo("p@+/é");
    assertThat(url.address()).isEqualTo("redis://h:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1:6379",
        "http://h:1",
        "redis:///",
        "redis://h:1/3",
        "redis://h:1?db=3",
        "redis://h:0",
        "redis://h:65536",
        "redis://a b:1",
        "redis://a..b:1",
        "redis://-a:1",
        "redis://[::z]:1",
        "redis://[1:2]:1",
        "unix:///run/redis.sock",
      })
  void refusesOtherForms(String text) {
    StartFailure failure = refused(text);

    assertThat(failure.exitCode()).isEqualTo(StartFailure.WRONG_SETTING);
    assertThat(failure.line())
        .startsWith("redis-url: " + text.replaceFirst("\\?.*", ""))
        .contains("(expected: redis://[user:password@]host[:port]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://ann:s3cret@h:1/3",
        "redis://s3cret@h:1",
        "redis://ann:%zzs3cret@h",
        "http://ann:s3cret@h:1",
        "redis:/ann:s3cret@h:1",
        "ann:s3cret@h:1",
        "redis://ann:s3@s3cret?s3cret@h:x",
        "redis://h:1?password=s3cret",
        "redis://:s3cret",
        "redis://ann:s3cret",
        "redis://ann:s3 cret@h#s3cret",
        "ann:s3://s3cret@h",
        "ann:s3cret",
        "redis:s3cret",
      })
  void refusesWithoutShowingThePassword(String text) {
    assertThat(refused(text).line()).contains("***").doesNotContain("s3");
  }

  private static StartFailure refused(String text) {
    StartFailure failure = catchThrowableOfType(StartFailure.class, () -> RedisUrl.parse(text));
    assertThat(failure).isNotNull();
    return failure;
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          redis://ann:s3cret@h:1, redis://ann:***@h:1
          rediss://:s3@cret@h,    rediss://:***@h:6379
          redis://h/,             redis://h:6379
          """)
  void asASettingIsKeptAsItIsAndShownWithoutPassword(String url, String shown) {
    CommandLineInput ask = CommandLineInput.nothing().and("PURPLE_REDIS_URL", url);
    CommandLineInput check = CommandLineInput.with("--check-config").and("PURPLE_REDIS_URL", url);

    assertThat(ask.start().redisUrl()).isEqualTo(url);
    assertThat(check.print()).contains("  redis-url: " + shown + " (PURPLE_REDIS_URL)\n");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          localhost:6379,           localhost:6379
          redis://h/3,              redis://h/3
          redis://ann:s3cret,       redis://ann:***
          redis://ann:s3cret@h:x,   redis://ann:***@h:x
          redis://h?password=s3,    redis://h?***
          http://ann:s3cret@h,      http://ann:***@h
          """)
  void asASettingIsRefusedWithoutShowingThePassword(String url, String shown) {
    assertThat(CommandLineInput.nothing().and("PURPLE_HTTP_REDIS_URL", url).failure())
        .isEqualTo("PURPLE_HTTP_REDIS_URL: %s (expected: %s)", shown, RedisUrl.EXPECTED);
  }
}
