# Go: one module, with the HTTP client as package purple and the gRPC stubs as package purplev1.
needs=(go gofmt)
heading=Go

protobuf=v1.36.11
protoc_gen_go_grpc=v1.6.1
module=$out/go
export GOFLAGS=-buildvcs=false GOBIN=$tools/go

build() {
  say "fetch and build protoc-gen-go $protobuf and protoc-gen-go-grpc $protoc_gen_go_grpc"
  go install "google.golang.org/protobuf/cmd/protoc-gen-go@$protobuf"
  go install "google.golang.org/grpc/cmd/protoc-gen-go-grpc@$protoc_gen_go_grpc"
  rm -rf "$module/purplev1"
  PATH=$GOBIN:$PATH buf generate proto --template clients/go/buf.gen.yaml --path proto/purple --output "$module"
  rm -rf "$module/api" "$module/.openapi-generator"
  cp LICENSE "$module"
  readme "$module" purple-go 'Clients of [Purple], a data server for microservices: HTTP in the package purple, gRPC in purplev1.' \
    'go mod edit -require=github.com/purpledb/purple-go@v0.0.0 -replace=github.com/purpledb/purple-go="$PURPLE/target/clients/go"' go clients/go/example-{http,grpc}/main.go
  say "fetch the libraries of the module, build it"
  cd "$module"
  gofmt -w .
  go mod tidy
  go vet ./...
  say "build the programs"
  cd "$root/clients/go"
  test -z "$(gofmt -l .)" || { echo "gofmt: $(gofmt -l .)"; return 1; }
  go vet ./...
  go build -o "$out/go-programs/" ./...
}

check() {
  "$out/go-programs/example-http" "$http"
  "$out/go-programs/example-grpc" "$grpc"
  "$out/go-programs/http" "$http"
  "$out/go-programs/http" "$picky" base64url
  "$out/go-programs/grpc" "$grpc"
  "$out/go-programs/errors" "$http" "$broken" "$picky"
}

# The client with the operations of tests: HTTP alone, without libraries.
documents() {
  printf 'module github.com/purpledb/purple-go\n\ngo 1.24.0\n' >"$out/documents/go/go.mod"
  (cd "$out/documents/go" && go vet ./...)
  cd clients/go/documents
  test -z "$(gofmt -l .)" || { echo "gofmt: $(gofmt -l .)"; return 1; }
  go vet ./...
  go build -o "$out/go-programs/documents" .
  "$out/go-programs/documents" "$tests"
  "$out/go-programs/documents" "$tests" base64url
}
