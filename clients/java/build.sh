# Java: a jar each of io.purpledb:purple-client (HTTP) and io.purpledb:purple-grpc.
needs=(java mvn)
heading=Java

packages=$out/java

build() {
  rm -rf "$packages/client"/{.openapi-generator,api,gradle} "$packages/programs" "$packages/grpc/proto"
  cp -r clients/java/{pom.xml,grpc,programs} "$packages"
  mkdir -p "$packages/grpc/proto"
  cp -r proto/purple "$packages/grpc/proto"
  sed -i "s/VERSION/$version/" "$packages"/{pom.xml,grpc/pom.xml,programs/pom.xml}
  for module in client grpc; do
    install -D LICENSE "$packages/$module/src/main/resources/META-INF/LICENSE"
  done
  readme "$packages/client" purple-client 'The HTTP client of [Purple], a data server for microservices.' \
    "$(dependency purple-client)" java clients/java/programs/src/main/java/ExampleHttp.java
  readme "$packages/grpc" purple-grpc 'The gRPC stubs of [Purple], a data server for microservices.' \
    "$(dependency purple-grpc)" java clients/java/programs/src/main/java/ExampleGrpc.java
  say "fetch the libraries, build the packages and the programs"
  mvn -q -B -f "$packages" package
}

# How a Maven project comes to a package.
dependency() { # dependency ARTIFACT
  printf 'mvn install -f "$PURPLE/target/clients/java" -pl client,grpc\n\n<dependency>\n  <groupId>io.purpledb</groupId>\n  <artifactId>%s</artifactId>\n  <version>%s</version>\n</dependency>' "$1" "$version"
}

check() {
  cd "$packages/programs/target"
  java -cp "classes:lib/*" ExampleHttp "$http"
  java -cp "classes:lib/*" ExampleGrpc "$grpc"
  java -cp "classes:lib/*" Http "$http"
  java -cp "classes:lib/*" Http "$picky" base64url
  java -cp "classes:lib/*" Grpc "$grpc"
  java -cp "classes:lib/*" Errors "$http" "$broken" "$picky"
}

# The client with the operations of tests: with the strict settings and the libraries of the packages.
documents() {
  local libraries=$packages/programs/target/lib classes=$out/documents/java/classes
  javac --release 17 -Xlint:all,-processing -Werror -cp "$(echo "$libraries"/jackson-*.jar | tr ' ' :)" -d "$classes" \
    $(find "$out/documents/java/src" -name '*.java') clients/java/documents/Documents.java
  java -cp "$classes:$libraries/*" Documents "$tests"
  java -cp "$classes:$libraries/*" Documents "$tests" base64url
}
