package io.purpledb.backend.replicated.state;

import io.purpledb.backend.replicated.lead.PeerRooms;
import io.purpledb.backend.replicated.raft.LogUnavailableException;
import io.purpledb.backend.replicated.raft.NoRoomException;
import io.purpledb.backend.replicated.wire.Batch;
import io.purpledb.backend.replicated.wire.Item;
import io.purpledb.backend.replicated.wire.Wire;
import io.purpledb.message.Failure;
import io.purpledb.message.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Whether writes find room, in the log and in memory, before they are in the log: what is there is
 * applied, on nodes with less room too. Safe for use by many threads.
 */
public final class RoomCheck {

  /** Longer than a request may take. */
  private static final long PROMISE_MILLIS = 660_000;

  private final PeerRooms rooms;
  private final Promised promised = new Promised(PROMISE_MILLIS, System::nanoTime);

  /**
   * @param rooms where the log has room
   */
  public RoomCheck(PeerRooms rooms) {
    this.rooms = rooms;
  }

  /**
   * Promises room to a batch. One after the other: Ratis asks from many threads, and two must not
   * find the same room. A batch that was done needs none, however full it is by now.
   *
   * @param bytes of the batch
   * @return the batch, with a refusal in the place of each write that finds no room
   * @throws NoRoomException when none does
   * @throws LogUnavailableException when the log has no room for one that was done
   */
  public Batch admit(ByteString client, long number, Batch batch, int bytes, ReplicatedState copy)
      throws NoRoomException, LogUnavailableException {
    if (copy.knows(client, number)) {
      if (!rooms.own().take(bytes)) { // sent again, its place in the log needs room all the same
        throw new LogUnavailableException(rooms.own().refusal() + Outcome.UNKNOWN);
      }
      return batch;
    }
    String noLog = rooms.refusal(bytes);
    List<Batch.Part> admitted = new ArrayList<>(batch.parts().size());
    List<String> refusals = new ArrayList<>();
    synchronized (promised) {
      boolean plenty = copy.hasPlenty(batch, promised.bytes());
      if (!plenty) {
        promised.forgetOld();
      }
      long room = 0;
      for (Batch.Part part : batch.parts()) {
        try {
          requireLogRoom(part, noLog);
          room +=
              plenty
                  ? ReplicatedState.mostBytes(part)
                  : Math.max(0, copy.requireRoom(part, promised.bytes() + room));
          admitted.add(part);
        } catch (Failure full) {
          refusals.add(full.getMessage());
          admitted.add(refused(full));
        }
      }
      if (refusals.size() < admitted.size() && !rooms.own().take(bytes)) {
        throw new NoRoomException(List.of(rooms.own().refusal()));
      }
      if (refusals.size() == admitted.size()) {
        throw new NoRoomException(refusals);
      }
      if (room > 0) {
        promised.add(client, number, room);
      }
    }
    return refusals.isEmpty() ? batch : new Batch(batch.oldestOpen(), admitted);
  }

  /** A batch is applied. */
  public void applied(ByteString client, long number) {
    promised.remove(client, number);
  }

  /** Deletions go on when nothing else does, so that there is a way out. */
  private static void requireLogRoom(Batch.Part part, @Nullable String refusal) {
    if (refusal != null && !part.item().deletes()) {
      throw Failure.storageFull(refusal);
    }
  }

  private static Batch.Part refused(Failure failure) {
    ByteString reply = Wire.reply(failure);
    return new Batch.Part(Item.refused(reply), new Item.Refused(reply));
  }
}
