package io.purpledb.config;

/** What the disk backend has done with a write before it acknowledges it. */
public enum Durability {
  /** Written and forced to the device: survives power loss. */
  FSYNC,
  /** Written to the operating system: survives the death of the process, not power loss. */
  PROCESS,
  /** Kept in memory, written within about a second: the death of the process may lose it. */
  ASYNC
}
