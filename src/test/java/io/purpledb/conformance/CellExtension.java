package io.purpledb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Operation;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/**
 * One class in one cell: gives the tests their cell, counts them for the report, and checks what
 * must hold after every test and after the class.
 */
final class CellExtension
    implements ParameterResolver,
        TestExecutionExceptionHandler,
        BeforeEachCallback,
        AfterEachCallback,
        TestWatcher,
        AfterClassTemplateInvocationCallback {

  private final String subject;
  private final Cell cell;
  private final Set<Method> ran = new HashSet<>();

  CellExtension(String subject, Cell cell) {
    this.subject = subject;
    this.cell = cell;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Cell.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return cell;
  }

  /** What other classes have provoked is theirs. */
  @Override
  public void beforeEach(ExtensionContext context) {
    Session.of(context).log().take();
  }

  /** The answers may be right and yet something has gone wrong: then the log tells. */
  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(Session.of(context).log().take()).as("warnings in the log").isEmpty();
    ran.add(context.getRequiredTestMethod());
  }

  /** Reports of builds tell the class and the method, not the cell. */
  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure) {
    throw new AssertionError("[" + cell + "] " + failure.getMessage(), failure);
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    Session.of(context).report().passed(subject, cell);
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    Session.of(context).report().failed(subject, cell);
  }

  /** A class about a service that ran whole has called all operations of the service. */
  @Override
  public void afterClassTemplateInvocation(ExtensionContext context) {
    List<Method> tests =
        AnnotationSupport.findAnnotatedMethods(
            context.getRequiredTestClass(), Testable.class, HierarchyTraversalMode.TOP_DOWN);
    if (ran.containsAll(tests)) {
      List<String> operations =
          Operation.ALL.stream()
              .filter(operation -> operation.service().equals(subject))
              .map(Operation::id)
              .toList();
      assertThat(Recorded.operations(cell)).as("operations called").containsAll(operations);
    }
  }
}
