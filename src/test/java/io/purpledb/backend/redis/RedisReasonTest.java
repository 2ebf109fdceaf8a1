package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.vertx.redis.client.impl.types.ErrorType;
import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why there is no connection, in the words of no library. */
class RedisReasonTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "finishConnect(..) failed with error(-111): Connection refused: /127.0.0.1:1 | connection refused: 127.0.0.1:1",
        "Connection refused: /127.0.0.1:1 | connection refused: 127.0.0.1:1",
        "Connection refused: localhost/127.0.0.1:1 | connection refused: localhost/127.0.0.1:1",
        "recvAddress(..) failed with error(-104): Connection reset by peer | connection reset by peer",
        "NOAUTH Authentication required. | NOAUTH Authentication required.",
      })
  void isSaidInWords(String text, String words) {
    assertThat(RedisErrors.reason(new ConnectException(text))).isEqualTo(words);
    assertThat(RedisErrors.reason(new IOException(text, new ConnectException(text))))
        .isEqualTo(words);
  }

  @Test
  void whatAServerRefusesForGoodIsToldFromWhatPasses() {
    assertThat(isForbidden("NOPERM User ann has no permissions to run the 'eval' command"))
        .isTrue();
    assertThat(isForbidden("ERR unknown command 'SCRIPT', with args beginning with: ")).isTrue();
    assertThat(isForbidden("NOREPLICAS Not enough good replicas to write.")).isFalse();
    assertThat(isForbidden("LOADING Redis is loading the dataset in memory")).isFalse();
    assertThat(RedisErrors.isForbidden(new ConnectException("NOPERM"))).isFalse();
    assertThat(RedisErrors.isForbidden(null)).isFalse();
  }

  private static boolean isForbidden(String reply) {
    return RedisErrors.isForbidden(ErrorType.create(reply));
  }
}
