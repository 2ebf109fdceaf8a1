package io.purpledb.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoomShareTest {

  private static final int KIB = 1 << 10;

  private final Room room = new Room(64 * KIB);
  private final RoomShare share = new RoomShare(room, 4 * KIB, 16 * KIB);

  @Test
  void aLittleIsFree() {
    assertThat(share.cover(4 * KIB)).isTrue();
    assertThat(room.usedBytes()).isZero();
  }

  @Test
  void moreTakesStepsAndGivesThemBack() {
    assertThat(share.cover(4 * KIB + 1)).isTrue();
    assertThat(room.usedBytes()).isEqualTo(16 * KIB);
    assertThat(share.cover(20 * KIB)).isTrue();
    assertThat(room.usedBytes()).isEqualTo(16 * KIB);
    assertThat(share.cover(50 * KIB)).isTrue();
    assertThat(room.usedBytes()).isEqualTo(48 * KIB);
    assertThat(share.cover(40 * KIB)).isTrue();
    assertThat(room.usedBytes()).isEqualTo(48 * KIB);
    assertThat(share.cover(20 * KIB)).isTrue();
    assertThat(room.usedBytes()).isEqualTo(16 * KIB);
    assertThat(share.cover(2 * KIB)).isTrue();
    assertThat(room.usedBytes()).isZero();
  }

  @Test
  void withoutRoomNothingMoreIsTaken() {
    RoomShare other = new RoomShare(room, 4 * KIB, 16 * KIB);
    assertThat(other.cover(36 * KIB)).isTrue();
    assertThat(room.isCrowded()).isFalse();
    assertThat(share.cover(20 * KIB)).isTrue();
    assertThat(room.isCrowded()).isTrue();
    assertThat(share.cover(40 * KIB)).isFalse();
    assertThat(room.usedBytes()).isEqualTo(48 * KIB);
    assertThat(other.cover(0)).isTrue();
    assertThat(share.cover(40 * KIB)).isTrue();
    assertThat(share.cover(0)).isTrue();
    assertThat(room.usedBytes()).isZero();
  }
}
