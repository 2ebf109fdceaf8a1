#!/usr/bin/env bash
# Packages, checks and tests the clients that Maven has generated into target/clients: `mvn verify -Pclients` runs it.
#
#   clients/build.sh VERSION [LANGUAGE,...]     languages that are left out, by name
#
# clients/LANGUAGE/build.sh says which commands it needs, how to build the packages with the ecosystem's strict settings
# (build), and which programs try them on a live server (check).
set -euo pipefail
cd "$(dirname "$0")/.."

export root=$PWD out=$PWD/target/clients tools=$PWD/target/clients/tools version=$1
unset "${!PURPLE_@}" # settings of another server
excluded=${2:-}
all=(go java python rust typescript todo v0)
languages=()
server=

main() {
  choose
  rm -rf "$out"/server.*
  mkdir -p "$tools"
  install -m 755 target/tools/buf.exe "$tools/buf"
  PATH=$tools:$PATH
  each needed
  compare_readme
  each build
  for backend in memory disk; do
    start "$backend"
    each check
    stop
  done
  echo "clients: ${languages[*]}: packages are in target/clients"
}

# The languages to build; a wrong name is an error, not silence.
choose() {
  local name
  for name in ${excluded//,/ }; do
    [[ " ${all[*]} " == *" $name "* ]] || fail "clients.exclude: $name (expected: ${all[*]})"
  done
  for name in "${all[@]}"; do
    [[ ,$excluded, == *,$name,* ]] || languages+=("$name")
  done
}

each() { # each STEP
  for language in "${languages[@]}"; do
    echo "clients: $language: $1"
    # Not `( … ) || fail`: bash would then ignore -e inside.
    (source "clients/$language/build.sh"; "$1")
  done
}

# A step of every language: its commands are there.
needed() {
  local command
  for command in "${needs[@]}"; do
    command -v "$command" >/dev/null || fail "$language needs $command; install it, or leave $language out: -Dclients.exclude=$language"
  done
}

start() { # start BACKEND
  local directory log
  directory=$(mktemp -d "$out/server.XXXXXX")
  log=$directory/log
  java -jar target/purple.jar --host 127.0.0.1 --http-port 0 --grpc-port 0 --backend "$1" --data-dir "$directory/data" >"$log" 2>&1 &
  server=$!
  trap stop EXIT
  for _ in $(seq 300); do
    grep -q 'Ready\.' "$log" && break
    kill -0 "$server" 2>/dev/null || fail "the server has ended: $(cat "$log")"
    sleep 0.1
  done
  http=$(sed -nE 's#^ *HTTP +(http://[^ ]+).*#\1#p' "$log")
  grpc=$(sed -nE 's#^ *gRPC +grpc://([^ ]+).*#\1#p' "$log")
  [[ -n $http && -n $grpc ]] || fail "the server is not ready: $(cat "$log")"
  echo "clients: a server on $1 at $http and $grpc"
}

stop() {
  [[ -z $server ]] || { kill "$server" 2>/dev/null; wait "$server"; } || true
  server=
}

# The README of a package: what it is, how to install it, and the example programs.
readme() { # readme DIRECTORY NAME SENTENCE INSTALL FENCE EXAMPLE...
  local directory=$1 name=$2 sentence=$3 install=$4 fence=$5 example
  {
    printf '# %s\n\n%s\nGenerated from its contracts; version %s, MIT licence.\n\n```\n%s\n```\n' "$name" "$sentence" "$version" "$install"
    for example in "${@:6}"; do
      printf '\n```%s\n%s\n```\n' "$fence" "$(<"$example")"
    done
    printf '\n[Purple]: https://github.com/purpledb/purple\n'
  } >"$directory/README.md"
}

# The project's README shows the programs that are about to run.
compare_readme() {
  local text example
  text=$(<README.md)
  for example in clients/go/example-http/main.go clients/python/example_http.py clients/typescript/example-http.ts \
    clients/java/programs/src/main/java/ExampleHttp.java clients/rust/src/bin/example_http.rs; do
    [[ $text == *"$(<"$example")"* ]] || fail "README.md does not show $example as it is"
  done
}

fail() {
  echo "clients: $*" >&2
  exit 1
}

export -f readme fail
main
