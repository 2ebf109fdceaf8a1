package io.purpledb.server.wire;

/**
 * What one connection has of a {@link Room}: nothing as long as it needs no more than a free
 * amount, and beyond that a number of steps, so that the room is seldom asked. Used on the
 * connection's event loop only.
 */
public final class RoomShare {

  private final Room room;
  private final long freeBytes;
  private final long stepBytes;
  private long takenBytes;

  public RoomShare(Room room, long freeBytes, long stepBytes) {
    this.room = room;
    this.freeBytes = freeBytes;
    this.stepBytes = stepBytes;
  }

  /**
   * Says how many bytes the connection has now.
   *
   * @return whether there is room for them; when there is none, what was taken before stays
   */
  public boolean cover(long bytes) {
    if (bytes > freeBytes + takenBytes) {
      return takeMore(bytes);
    }
    if (takenBytes > 0
        && (bytes <= freeBytes / 2 || bytes <= freeBytes + takenBytes - 2 * stepBytes)) {
      giveBack(bytes);
    }
    return true;
  }

  private boolean takeMore(long bytes) {
    long more = needed(bytes) - takenBytes;
    if (!room.take(more)) {
      return false;
    }
    takenBytes += more;
    return true;
  }

  private void giveBack(long bytes) {
    long needed = bytes <= freeBytes / 2 ? 0 : needed(bytes);
    room.giveBack(takenBytes - needed);
    takenBytes = needed;
  }

  private long needed(long bytes) {
    long beyond = Math.max(0, bytes - freeBytes);
    return (beyond + stepBytes - 1) / stepBytes * stepBytes;
  }
}
