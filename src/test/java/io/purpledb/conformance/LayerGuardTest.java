package io.purpledb.conformance;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.TOP_LEVEL_CLASSES;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.purpledb.PurpleClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

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
  private static final String SERVICE = "io.purpledb.service..";
  private static final String CONTRACT = "io.purpledb.contract..";
  private static final String CONFIG = "io.purpledb.config..";

  private static final String NET = "io.purpledb.net..";

  @ArchTest
  static final ArchRule SERVERS = layer("io.purpledb.server..", MESSAGE, CONFIG, NET, V1, V0);

  @ArchTest static final ArchRule SERVICES = layer(SERVICE, MESSAGE, CONFIG, ENGINE, V1);

  @ArchTest
  static final ArchRule BACKENDS =
      layer("io.purpledb.backend..", MESSAGE, CONFIG, CONTRACT, ENGINE, SERVICE, V1);

  @ArchTest static final ArchRule ENGINES = layer(ENGINE, MESSAGE);

  @ArchTest static final ArchRule MESSAGES = layer(MESSAGE, CONTRACT, V1);

  @ArchTest static final ArchRule SETTINGS = layer(CONFIG, CONTRACT);

  @ArchTest static final ArchRule CONTRACTS = layer(CONTRACT, V1);

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

  /**
   * The jar of PurpleClient has, of our classes, only each other, and of libraries only those that
   * its project depends on.
   */
  @ArchTest
  static final ArchRule CLIENT =
      classes()
          .that(ClientPom.CLIENT.classes())
          .should()
          .onlyDependOnClassesThat(
              ClientPom.CLIENT
                  .classes()
                  .or(
                      resideInAnyPackage(
                          V1,
                          "java..",
                          "javax.net.ssl",
                          "com.sun.management",
                          "com.google.protobuf",
                          "io.netty..",
                          "io.vertx.core..",
                          "io.vertx.ext.cluster.infinispan",
                          "org.infinispan..",
                          "org.jgroups..",
                          "org.jspecify.annotations")));

  /** Javac puts constants where they are used, and leaves no trace of who said them. */
  private static final DescribedPredicate<JavaClass> CONSTANTS =
      simpleName("StreamHeader").or(simpleName("package-info"));

  @ArchTest
  static void theClientHasNothingThatItDoesNotNeed(JavaClasses all) {
    Set<JavaClass> needed = new HashSet<>();
    need(all.get(PurpleClient.class), needed);
    assertThat(all.that(ClientPom.CLIENT.classes().and(TOP_LEVEL_CLASSES).and(not(CONSTANTS))))
        .isNotEmpty()
        .isSubsetOf(needed);
  }

  private static void need(JavaClass type, Set<JavaClass> needed) {
    if (resideInAPackage(OURS).test(type) && needed.add(type)) {
      type.getDirectDependenciesFromSelf()
          .forEach(dependency -> need(dependency.getTargetClass(), needed));
    }
  }

  @ArchTest
  static final ArchRule NO_CYCLES = slices().matching("io.purpledb.(**)").should().beFreeOfCycles();

  /** More are two packages. */
  private static final int MOST_CLASSES = 15;

  @ArchTest
  static void packagesAreSmall(JavaClasses all) {
    Map<String, Long> classes =
        all
            .that(
                resideInAPackage(OURS).and(TOP_LEVEL_CLASSES).and(not(simpleName("package-info"))))
            .stream()
            .collect(groupingBy(JavaClass::getPackageName, counting()));
    assertThat(classes)
        .isNotEmpty()
        .allSatisfy((name, count) -> assertThat(count).as(name).isLessThanOrEqualTo(MOST_CLASSES));
  }

  @ArchTest
  static void noTwoClassesHaveOneName(JavaClasses ours) throws IOException {
    Set<String> names = new HashSet<>(Set.of("package-info.java"));
    List<Path> again = new ArrayList<>();
    for (String tree : List.of("src/main/java", "src/test/java")) {
      try (Stream<Path> files = Files.walk(Path.of(tree))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> !names.add(file.getFileName().toString()))
            .filter(file -> !file.endsWith("package-info.java"))
            .forEach(again::add);
      }
    }
    assertThat(names).contains("Engine.java", "LayerGuardTest.java");
    assertThat(again).isEmpty();
  }

  @ArchTest
  static final ArchRule CALLS =
      part(
          "ServerCall|CountedRequest|MessageReader|Gunzip",
          resideInAnyPackage(
              "io.purpledb.server.grpc",
              "io.purpledb.server.grpc.call",
              "io.purpledb.server.grpc.message"));

  @ArchTest
  static final ArchRule LOG_UNDER_H2 =
      part(
          "RedoLog|JournaledPath|JournaledFile",
          resideInAnyPackage("io.purpledb.backend.disk.log", "io.purpledb.backend.disk.journal")
              .or(simpleName("DatabaseConnections"))
              .or(simpleName("DiskFile")) // opens it
              .or(simpleName("DiskCheck"))); // reads the records of one that is closed

  @ArchTest
  static final ArchRule REQUEST_CHECK =
      part(
          "ParameterCheck|QueryCheck|ValueType|Percent",
          resideInAnyPackage(
              "io.purpledb.server.http.contract", "io.purpledb.server.http.parameter"));

  /** A part of our own, as docs/decisions.md has it: few know its classes. */
  private static ArchRule part(String names, DescribedPredicate<JavaClass> few) {
    return classes()
        .that()
        .haveNameMatching("io\\.purpledb\\..*\\.(%s)".formatted(names))
        .should()
        .onlyHaveDependentClassesThat(few);
  }

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
