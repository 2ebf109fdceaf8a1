package io.purpledb.conformance;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Imports go one way. */
@AnalyzeClasses(
    packages = "io.purpledb",
    importOptions = {ImportOption.DoNotIncludeTests.class, LayerGuardTest.NotGenerated.class})
final class LayerGuardTest {

  /** Generated messages know only each other. */
  static final class NotGenerated implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/purpledb/v0/") && !location.contains("/purpledb/v1/");
    }
  }

  private static final String OURS = "io.purpledb..";
  private static final String V0 = "io.purpledb.v0..";
  private static final String V1 = "io.purpledb.v1..";
  private static final String MESSAGE = "io.purpledb.message..";
  private static final String ENGINE = "io.purpledb.engine..";
  private static final String CONFIG = "io.purpledb.config..";

  private static final String NET = "io.purpledb.net..";

  @ArchTest
  static final ArchRule SERVERS = layer("io.purpledb.server..", MESSAGE, CONFIG, NET, V1, V0);

  @ArchTest static final ArchRule SERVICES = layer("io.purpledb.service..", MESSAGE, CONFIG, V1);

  @ArchTest
  static final ArchRule BACKENDS = layer("io.purpledb.backend..", MESSAGE, CONFIG, ENGINE, V1);

  @ArchTest static final ArchRule ENGINES = layer(ENGINE, MESSAGE);

  @ArchTest static final ArchRule MESSAGES = layer(MESSAGE, V1);

  @ArchTest static final ArchRule SETTINGS = layer(CONFIG);

  @ArchTest static final ArchRule PORTS = layer(NET);

  @ArchTest
  static final ArchRule SERVERS_DO_NOT_KNOW_EACH_OTHER =
      slices()
          .matching("io.purpledb.server.(*)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(alwaysTrue(), resideInAPackage("io.purpledb.server.wire.."));

  /** But the replicated engine keeps each node's copy in the state of the memory engine. */
  @ArchTest
  static final ArchRule ENGINES_DO_NOT_KNOW_EACH_OTHER =
      slices()
          .matching("io.purpledb.backend.(*)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(
              resideInAPackage("io.purpledb.backend.replicated.."),
              resideInAPackage("io.purpledb.backend.memory"));

  @ArchTest
  static final ArchRule BACKEND_INTERFACES_KNOW_NO_ENGINE =
      noClasses()
          .that()
          .resideInAPackage("io.purpledb.backend")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.purpledb.backend.*..");

  @ArchTest
  static final ArchRule NO_CYCLES = slices().matching("io.purpledb.(**)").should().beFreeOfCycles();

  /** Classes of a layer know, of our classes, only their own layer and some others. */
  private static ArchRule layer(String layer, String... known) {
    return classes()
        .that()
        .resideInAPackage(layer)
        .should()
        .onlyDependOnClassesThat(
            not(resideInAPackage(OURS)).or(resideInAPackage(layer)).or(resideInAnyPackage(known)));
  }
}
