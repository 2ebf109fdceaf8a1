# The to-do example: a REST service in Go on the generated client.
needs=(go gofmt)

export GOFLAGS=-buildvcs=false

build() {
  [[ -f $out/go/go.sum ]] || fail "todo is built on the Go client; leave it out, too: -Dclients.exclude=go,todo"
  cd clients/todo
  test -z "$(gofmt -l .)" || { echo "gofmt: $(gofmt -l .)"; return 1; }
  go vet ./...
  go build -o "$out/todo" .
}

check() {
  cd clients/todo
  TODO_STORE=$http go test -count=1 -v ./...
}
