package io.purpledb.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs a test class once in every {@link Cell}, which its constructor gets. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ClassTemplate
@Tag("conformance")
@ExtendWith(Cells.class)
@interface OnEveryCell {

  /** What is tested: the row of the report. The name of a service, if it is one. */
  String value();

  /** Whether cells of clusters are meant, too; not when a test starts its own server. */
  boolean inClusters() default true;
}
