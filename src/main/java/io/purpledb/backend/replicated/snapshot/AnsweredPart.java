package io.purpledb.backend.replicated.snapshot;

import io.purpledb.backend.replicated.state.DeduplicationTable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * The part of a snapshot with the {@link DeduplicationTable}: 4 bytes how many clients; of each its
 * id, 8 bytes the lowest number that it waits for, 4 bytes how many replies; of each 8 bytes its
 * number, and the reply.
 */
public final class AnsweredPart {

  private AnsweredPart() {}

  public static void write(DataOutputStream out, List<DeduplicationTable.Image> clients)
      throws IOException {
    out.writeInt(clients.size());
    for (DeduplicationTable.Image client : clients) {
      writeBytes(out, client.client());
      out.writeLong(client.oldestOpen());
      out.writeInt(client.replies().size());
      for (Map.Entry<Long, ByteString> reply : client.replies().entrySet()) {
        out.writeLong(reply.getKey());
        writeBytes(out, reply.getValue());
      }
    }
  }

  static List<DeduplicationTable.Image> read(DataInputStream in) throws IOException {
    int size = in.readInt();
    List<DeduplicationTable.Image> clients = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      clients.add(new DeduplicationTable.Image(readBytes(in), in.readLong(), readReplies(in)));
    }
    return clients;
  }

  private static Map<Long, ByteString> readReplies(DataInputStream in) throws IOException {
    int size = in.readInt();
    Map<Long, ByteString> replies = new HashMap<>();
    for (int i = 0; i < size; i++) {
      replies.put(in.readLong(), readBytes(in));
    }
    return replies;
  }

  private static void writeBytes(DataOutputStream out, ByteString bytes) throws IOException {
    SnapshotFile.writeBytes(out, bytes.toByteArray());
  }

  private static ByteString readBytes(DataInputStream in) throws IOException {
    return UnsafeByteOperations.unsafeWrap(SnapshotFile.readBytes(in));
  }
}
