package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.NOT_FOUND;
import static io.purpledb.support.client.Await.refusal;
import static io.purpledb.support.client.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.Callers;
import io.purpledb.support.client.Protocol;
import io.purpledb.support.client.ServiceClient;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written through one protocol is read identical through every protocol. */
@OnEveryCell("across protocols")
final class AcrossProtocolsConformanceTest {

  private final Cell cell;
  private final ServiceClient writer;
  private final String key;

  AcrossProtocolsConformanceTest(Cell cell) {
    this.cell = cell;
    this.writer = cell.client();
    this.key = cell.newKey();
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void awkwardKeysMeanTheSame(Protocol type) {
    ServiceClient reader = cell.client(type);
    Callers.each(
        AwkwardText.all(),
        awkward -> {
          value(writer.cacheSet(awkward, key, 60));
          value(writer.kvPut(awkward, ByteString.copyFromUtf8(key)));
          value(writer.setAdd(awkward, key));
          boolean flag = !value(reader.flagGet(awkward));
          value(writer.flagSet(awkward, flag));
          long sum = value(writer.counterIncrement(awkward, 3));

          assertThat(value(reader.cacheGet(awkward))).isEqualTo(key);
          assertThat(value(reader.kvGet(awkward))).isEqualTo(ByteString.copyFromUtf8(key));
          assertThat(value(reader.setRemove(awkward, key))).doesNotContain(key);
          assertThat(value(reader.flagGet(awkward))).isEqualTo(flag);
          assertThat(value(reader.counterGet(awkward))).isEqualTo(sum);
        });
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void awkwardValuesAndItemsAreReadIdentical(Protocol type) {
    ServiceClient reader = cell.client(type);
    Callers.each(
        AwkwardText.all(),
        awkward -> {
          String own = cell.newKey();
          value(writer.cacheSet(own, awkward, 60));
          value(writer.kvPut(own, ByteString.copyFromUtf8(awkward)));
          value(writer.setAdd(own, awkward));

          assertThat(value(reader.cacheGet(own))).isEqualTo(awkward);
          assertThat(value(reader.kvGet(own))).isEqualTo(ByteString.copyFromUtf8(awkward));
          assertThat(value(reader.setRemove(own, awkward))).isEmpty();
        });
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void bytesThatAreNotTextAreReadIdentical(Protocol type) {
    for (List<Integer> bytes : List.of(List.of(0xff, 0, 0x80), List.of(0xc3), List.<Integer>of())) {
      byte[] array = new byte[bytes.size()];
      for (int i = 0; i < array.length; i++) {
        array[i] = bytes.get(i).byteValue();
      }
      value(writer.kvPut(key, ByteString.copyFrom(array)));
      assertThat(value(cell.client(type).kvGet(key)).toByteArray()).isEqualTo(array);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void theLargestNumbersAreReadIdentical(Protocol type) {
    for (long number :
        new long[] {Long.MIN_VALUE, -(1L << 53) - 1, (1L << 53) + 1, Long.MAX_VALUE}) {
      value(writer.counterIncrement(key + number, number));
      assertThat(value(cell.client(type).counterGet(key + number))).isEqualTo(number);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void whatIsDeletedIsGoneEverywhere(Protocol type) {
    value(cell.client(type).kvPut(key, ByteString.EMPTY));
    value(writer.kvDelete(key));
    refusal(NOT_FOUND, cell.client(type).kvGet(key));
  }

  @Test
  void incrementsThroughAllProtocolsAtOnceAddUp() {
    Protocol[] types = Protocol.values();
    List<Long> sums =
        Callers.run(
            8,
            (caller, turn) -> cell.client(types[caller % types.length]).counterIncrement(key, 1));
    assertThat(sums)
        .containsExactlyInAnyOrderElementsOf(
            LongStream.rangeClosed(1, Callers.COUNT * 8L).boxed().toList());
  }
}
