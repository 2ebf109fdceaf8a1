package io.purpledb.backend;

import io.purpledb.message.Failure;
import org.jspecify.annotations.Nullable;

/** Whether a backend may serve, apart from whether it can: a cluster says so. Must not block. */
public interface Admission {

  /** A server on its own: always. */
  Admission ALWAYS =
      new Admission() {
        @Override
        public @Nullable Failure refusal() {
          return null;
        }

        @Override
        public @Nullable Failure notReady() {
          return null;
        }
      };

  /** The failure of every request now; null when they are to be served. */
  @Nullable Failure refusal();

  /** Why this node is not ready, though requests may be served; null when it is. */
  @Nullable Failure notReady();
}
