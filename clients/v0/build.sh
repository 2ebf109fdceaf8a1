# The interface of v0.1.6: a Go client that knows nothing of our contracts.
needs=(go gofmt)

export GOFLAGS=-buildvcs=false

build() {
  cd clients/v0
  test -z "$(gofmt -l .)" || { echo "gofmt: $(gofmt -l .)"; return 1; }
  go vet ./...
  go build -o "$out/v0" .
}

check() {
  "$out/v0" "$http" "$grpc"
}
