package io.purpledb.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisUrlTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          redis://localhost,                     redis://localhost
          redis://localhost:6379/,               redis://localhost:6379/
          rediss://:secret@redis.example:6380,   rediss://***@redis.example:6380
          redis://user:secret@10.0.0.1,          redis://***@10.0.0.1
          redis://user:se%40cr%3Aet@[::1]:6379,  redis://***@[::1]:6379
          """)
  void aUrlIsTakenAsItIsAndShownWithoutThePassword(String url, String shown) {
    Ask ask = Ask.nothing().and("PURPLE_REDIS_URL", url);
    assertThat(ask.start().redisUrl()).isEqualTo(url);
    assertThat(RedisUrl.masked(url)).isEqualTo(shown);
    assertThat(Ask.with("--check-config").and("PURPLE_REDIS_URL", url).print())
        .contains("  redis-url: " + shown + " (PURPLE_REDIS_URL)\n")
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          localhost:6379,                 localhost:***
          redis:localhost,                redis:***
          redis://,                       redis://
          redis://a_b,                    redis://a_b
          redis://host:70000,             redis://host:***
          redis://host:0,                 redis://host:***
          redis://host/3,                 redis://host/3
          redis://host?password=secret,   redis://host?***
          redis://:secret@host#1,         redis://***@host#***
          redis://:secret,                redis://:***
          redis://user:secret,            redis://user:***
          redis://user:se cret@host,      redis://***@host
          redis://user:se@cret@host,      redis://***@host
          redis://u:secret@host:port,     redis://***@host:***
          http://u:secret@host,           http://***@host
          u:secret@host,                  ***@host
          u:se://secret@host,             ***@host
          unix:///tmp/redis.sock,         unix:///tmp/redis.sock
          """)
  void aWrongUrlIsRefusedWithoutThePassword(String url, String shown) {
    assertThat(Ask.nothing().and("PURPLE_REDIS_URL", url).failure())
        .isEqualTo(
            "PURPLE_REDIS_URL: %s (expected: redis://[user:password@]host[:port], or rediss:// for"
                + " TLS, without a database number as each service has its own)",
            shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PURPLE_REDIS_URL", "PURPLE_HTTP_REDIS_URL"})
  void aPasswordIsNeverInTheFailureOfTwoUrls(String variable) {
    assertThat(
            Ask.nothing()
                .and(variable, "redis://:secret@one:x")
                .and("PURPLE_GRPC_REDIS_URL", "redis://:secret@two")
                .failure())
        .startsWith(variable + ": redis://***@one:***")
        .doesNotContain("secret");
  }
}
