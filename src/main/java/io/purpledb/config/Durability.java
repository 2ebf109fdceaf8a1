package io.purpledb.config;

/** What the disk backend has done with a write before it acknowledges it. */
public enum Durability {
  /** Written and forced to the device: survives power loss. */
  FSYNC,
  /** Written to the operating system: survives the death of the process, not power loss. */
  PROCESS,
  /** Written to the operating system, forced within about a second: power loss may lose that. */
  ASYNC
}
