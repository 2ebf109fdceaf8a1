package io.purpledb.message.bus;

/** What the two ends of a stream over the event bus say to each other; docs/event-bus.md. */
final class StreamHeader {

  /** Header of a stream's messages, in both directions. */
  static final String NAME = "purple-stream";

  /** The reply has a message; ask for the next. */
  static final String MESSAGE = "message";

  /** The reply has none yet; ask again. */
  static final String WAITING = "waiting";

  /** There will be no more. */
  static final String END = "end";

  /** The reader wants no more. */
  static final String CANCEL = "cancel";

  private StreamHeader() {}
}
