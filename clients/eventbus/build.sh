# The event bus: a jar of io.purpledb:purple-eventbus, PurpleClient for Vert.x applications without the server.
needs=(java mvn)

packages=$out/eventbus

build() {
  rm -rf "$packages"
  say "fetch the libraries, build the client and the program"
  mvn -q -B -f clients/eventbus package
}

# The program visits a cluster of one node.
check() {
  local directory port member
  until free $((port = 15000 + RANDOM % 1700 * 10)); do :; done
  member=127.0.0.1:$port
  directory=$(mktemp -d "$out/server.XXXXXX")
  java -jar target/purple.jar --cluster --cluster-members "$member" --host 127.0.0.1 --http-port 0 --grpc-port 0 \
    --backend "$backend" --data-dir "$directory/data" >"$directory/log" 2>&1 &
  trap stop EXIT
  ready $! "$directory/log"
  cd "$packages/program"
  java -cp "classes:lib/*" EventBus "$member" 2>"$directory/program" || fail "$(cat "$directory/program")"
}

free() { # free PORT: nobody listens on it, or on the three after it
  local i
  for i in 0 1 2 3; do
    ! (: <>"/dev/tcp/127.0.0.1/$(($1 + i))") 2>/dev/null || return 1
  done
}
