package io.purpledb.conformance;

import io.purpledb.support.Door;
import io.purpledb.support.DoorType;
import io.purpledb.support.Engine;
import io.purpledb.support.TimeMachine;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Stream;

/** One cell of the matrix: a door of the shared server that keeps its data in an engine. */
record Cell(DoorType type, Engine engine) {

  /** Every door on every engine. */
  static Stream<Cell> all() {
    return Arrays.stream(Engine.values())
        .flatMap(engine -> Arrays.stream(DoorType.values()).map(type -> new Cell(type, engine)));
  }

  /** What a user of this cell can do. What is called is recorded for the report. */
  Door door() {
    return Recorded.door(this, door(type));
  }

  /** Any door of the same server. */
  Door door(DoorType any) {
    return SharedServers.of(engine).door(any);
  }

  TimeMachine time() {
    return SharedServers.timeOf(engine);
  }

  /** A key that nobody has used. */
  String newKey() {
    return "key-" + UUID.randomUUID();
  }

  @Override
  public String toString() {
    return type + " × " + engine;
  }
}
