package io.purpledb.service;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.purpledb.v1.Bounds;
import io.purpledb.v1.OptionsProto;
import java.util.List;

/** The checks of a request that its contract declares: the bounds of its fields. */
final class FieldChecks {

  private final List<FieldCheck> checks;

  private FieldChecks(List<FieldCheck> checks) {
    this.checks = checks;
  }

  private interface FieldCheck {
    void check(Message request);
  }

  /**
   * Compiles those of a request.
   *
   * @param prototype any request of the type
   * @param maxValueBytes the server's setting
   * @throws IllegalArgumentException when a text or bytes have no bounds
   */
  static FieldChecks of(Message prototype, int maxValueBytes) {
    return new FieldChecks(
        prototype.getDescriptorForType().getFields().stream()
            .filter(FieldChecks::isBounded)
            .map(field -> check(field, maxValueBytes))
            .toList());
  }

  /** Fails as invalid or too large when a field is out of its bounds. */
  void check(Message request) {
    for (FieldCheck check : checks) {
      check.check(request);
    }
  }

  private static boolean isBounded(FieldDescriptor field) {
    if (field.getOptions().hasExtension(OptionsProto.bounds)) {
      return true;
    }
    return switch (field.getJavaType()) {
      case STRING, BYTE_STRING ->
          throw new IllegalArgumentException(
              field.getFullName() + " has no bounds (expected: the option bounds)");
      default -> false;
    };
  }

  private static FieldCheck check(FieldDescriptor field, int maxValueBytes) {
    Bounds bounds = field.getOptions().getExtension(OptionsProto.bounds);
    String name = field.getName();
    return switch (field.getJavaType()) {
      case STRING ->
          bounds.getMaxValueBytes()
              ? request ->
                  BoundsCheck.text(
                      name, (String) request.getField(field), bounds.getMin(), maxValueBytes)
              : request ->
                  BoundsCheck.key(
                      name, (String) request.getField(field), bounds.getMin(), bounds.getMax());
      case BYTE_STRING -> {
        int max = bounds.getMaxValueBytes() ? maxValueBytes : (int) bounds.getMax();
        yield request ->
            BoundsCheck.size(
                name, ((ByteString) request.getField(field)).size(), bounds.getMin(), max);
      }
      case LONG ->
          request ->
              BoundsCheck.number(
                  name,
                  (Long) request.getField(field),
                  bounds.getMin(),
                  bounds.getMax(),
                  bounds.getUnit());
      default ->
          throw new IllegalArgumentException(
              "%s has bounds (expected: of a text, bytes or a 64-bit number)"
                  .formatted(field.getFullName()));
    };
  }
}
