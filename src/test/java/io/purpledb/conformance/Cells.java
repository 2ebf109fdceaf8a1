package io.purpledb.conformance;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Makes one run of a class of each cell. */
final class Cells implements ClassTemplateInvocationContextProvider {

  @Override
  public boolean supportsClassTemplate(ExtensionContext context) {
    return true;
  }

  /** Some classes are not for clusters, and some runs are for clusters only. */
  @Override
  public boolean mayReturnZeroClassTemplateInvocationContexts(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<? extends ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(
      ExtensionContext context) {
    OnEveryCell annotation = context.getRequiredTestClass().getAnnotation(OnEveryCell.class);
    return Cell.all()
        .filter(cell -> cell.isFor(annotation))
        .map(cell -> new Run(annotation.value(), cell));
  }

  private record Run(String subject, Cell cell) implements ClassTemplateInvocationContext {

    @Override
    public String getDisplayName(int index) {
      return cell.toString();
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(new CellExtension(subject, cell));
    }
  }
}
