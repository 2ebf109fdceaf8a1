package io.purpledb.backend.replicated.raft;

import io.purpledb.backend.replicated.lead.ReadIndex;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.JvmPauseMonitor;

/**
 * Ratis' watch for pauses of the JVM: three times a second it asks all collectors for their
 * figures, a fifteenth of what an idle node needed. What it is for, Purple does not need: it warns
 * of pauses, closes the server after very long ones ({@link RaftSettings} forbids that), and has a
 * leader step down after one of some seconds. Such a leader learns from the others whether there is
 * another, before it answers anything ({@link ReadIndex}).
 */
public final class PauseWatch {

  private static final Logger LOG = System.getLogger(PauseWatch.class.getName());

  private PauseWatch() {}

  /** Ends it; Ratis has no setting for that. A Ratis that keeps it elsewhere goes on with it. */
  public static void end(RaftServer server) {
    try {
      for (Field field : server.getClass().getDeclaredFields()) {
        if (field.getType() == JvmPauseMonitor.class) {
          field.setAccessible(true);
          ((JvmPauseMonitor) field.get(server)).stop();
        }
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.DEBUG, "Ratis goes on watching for pauses", e);
    }
  }
}
