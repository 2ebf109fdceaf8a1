#!/usr/bin/env bash
# Packages, checks and tests the clients that Maven has generated into target/clients: `mvn verify -Pclients` runs it.
#
#   clients/build.sh needed VERSION EXCLUDED ONLY    fails when a command is missing
#   clients/build.sh all VERSION EXCLUDED ONLY       the same, and then the rest
#
# EXCLUDED and ONLY are names of languages, with commas between them; either may be empty.
#
# clients/LANGUAGE/build.sh says which commands it needs, how to build the packages with the ecosystem's strict settings
# (build), which programs try them on a live server (check), and how to build and try the client that has the operations of
# tests as well (documents; no package is made of it). Languages are built beside each other, as many as there are
# cores; what they say begins with their name.
set -euo pipefail
cd "$(dirname "$0")/.."

export root=$PWD out=$PWD/target/clients tools=$PWD/target/clients/tools version=$2
export backend= http= grpc= broken= picky= tests= language=
unset "${!PURPLE_@}" # settings of another server
excluded=${3:-} only=${4:-}
all=(go java python rust typescript eventbus todo v0)
languages=()
servers=()

main() {
  choose
  for language in "${languages[@]}"; do needed; done
  [[ $1 == all ]] || return 0
  rm -rf "$out"/server.*
  mkdir -p "$tools"
  install -m 755 target/tools/buf.exe "$tools/buf"
  PATH=$tools:$PATH
  compare_readme
  each build
  trap stop EXIT
  start_beside tests -cp "$(<"$out/documents/classpath")" io.purpledb.server.http.DocumentsServer
  each documents
  stop
  for backend in memory disk; do
    start "$backend"
    start_beside broken clients/BrokenServer.java
    start_beside picky clients/PickyProxy.java "$http"
    each check
    [[ $backend == disk ]] || each follow_readme
    stop
  done
  rm -rf "$out"/server.*
  echo "clients: ${languages[*]}: packages are in target/clients"
}

# The languages to build; a wrong name is an error, not silence.
choose() {
  local name
  for name in ${excluded//,/ }; do known clients.exclude "$name"; done
  for name in ${only//,/ }; do known clients "$name"; done
  # The to-do service is built on the Go client.
  [[ ,$only, != *,todo,* ]] || only=go,$only
  for name in "${all[@]}"; do
    [[ ,$excluded, == *,$name,* || (-n $only && ,$only, != *,$name,*) ]] || languages+=("$name")
  done
  [[ ${#languages[@]} -gt 0 ]] || fail "-Dclients=$only without $excluded leaves none (expected: ${all[*]})"
}

known() { # known PROPERTY NAME
  [[ " ${all[*]} " == *" $2 "* ]] || fail "-D$1=$2 (expected: ${all[*]})"
}

# The commands of a language are there.
needed() {
  local command
  source "clients/$language/build.sh"
  for command in "${needs[@]}"; do
    command -v "$command" >/dev/null || fail "$language needs $command; install it, or leave $language out: -Dclients.exclude=$language"
  done
}

each() { # each STEP
  local name first=() last=()
  for name in "${languages[@]}"; do
    [[ $1 != documents || -d clients/$name/documents ]] || continue
    if [[ $name == todo ]]; then last+=("$name"); else first+=("$name"); fi
  done
  together "$1" ${first[@]+"${first[@]}"}
  together "$1" ${last[@]+"${last[@]}"}
}

together() { # together STEP LANGUAGE...
  [[ $# -gt 1 ]] || return 0
  printf '%s\n' "${@:2}" | xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 1 bash -c 'step "$0" "$1"' "$1" || fail "$1: see above"
}

# In a process of its own, so that a failure ends no other language half-way.
step() { # step STEP LANGUAGE
  set -o pipefail
  language=$2 bash -euo pipefail -c 'say "$0"; source "clients/$language/build.sh"; "$0"' "$1" </dev/null 2>&1 | prefix "$2" && return
  echo "clients: $2: $1 FAILED" >&2
  return 1
}

prefix() { # prefix LANGUAGE
  while IFS= read -r line || [[ -n $line ]]; do printf '%s: %s\n' "$1" "$line"; done
}

# What is done now: a fetch may take minutes.
say() {
  echo "-- $*"
}

start() { # start BACKEND
  local directory
  directory=$(mktemp -d "$out/server.XXXXXX")
  java -jar target/purple.jar --host 127.0.0.1 --http-port 0 --grpc-port 0 --backend "$1" --data-dir "$directory/data" >"$directory/log" 2>&1 &
  ready $! "$directory/log"
  http=$(sed -nE 's#^ *HTTP +(http://[^ ]+).*#\1#p' "$directory/log")
  grpc=$(sed -nE 's#^ *gRPC +grpc://([^ ]+).*#\1#p' "$directory/log")
  [[ -n $http && -n $grpc ]] || fail "the server is not ready: $(cat "$directory/log")"
  echo "clients: a server on $1 at $http and $grpc"
}

# What else clients meet; the URL is left in a variable.
start_beside() { # start_beside VARIABLE ARGUMENT_OF_JAVA...
  local log
  log=$(mktemp -d "$out/server.XXXXXX")/log
  java "${@:2}" >"$log" 2>&1 &
  ready $! "$log"
  printf -v "$1" %s "$(sed -n 's/^Ready\. //p' "$log")"
}

ready() { # ready PID LOG
  servers+=("$1")
  for _ in $(seq 300); do
    grep -q 'Ready\.' "$2" && return
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  fail "the server is not ready: $(cat "$2")"
}

stop() {
  local server
  for server in ${servers[@]+"${servers[@]}"}; do
    kill "$server" 2>/dev/null || true
    wait "$server" || true
  done
  servers=()
}

# The README of a package: what it is, how to install it, and the example programs.
readme() { # readme DIRECTORY NAME SENTENCE INSTALL FENCE EXAMPLE...
  local directory=$1 name=$2 sentence=$3 install=$4 fence=$5 example
  {
    printf '# %s\n\n%s\nGenerated from its contracts; version %s, MIT licence.\n\n' "$name" "$sentence" "$version"
    printf 'It is in no registry: it is installed from where it was built, with the folder of that checkout in `PURPLE`:\n\n```\n%s\n```\n' "$install"
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

# Does what the chapter "Clients" of the project's README says of a language, to the letter: saves the program that it shows
# in an empty folder, under the name that it gives, and runs the commands that it shows. Only the address is another.
follow_readme() {
  local heading folder chapter file said
  heading=$(sed -n 's/^heading=//p' "clients/$language/build.sh")
  [[ -n $heading ]] || return 0
  folder=$(mktemp -d)
  chapter=$(awk -v start="**$heading**" '/^\*\*/ {inside = index($0, start) == 1} inside' "$root/README.md")
  file=$(sed -n '1s/^[^`]*`\([^`]*\)`.*/\1/p' <<<"$chapter")
  [[ -n $file ]] || fail "README.md: **$heading** names no file"
  mkdir -p "$(dirname "$folder/$file")"
  fence 2 <<<"$chapter" >"$folder/$file"
  fence 1 <<<"$chapter" | sed "s#http://localhost:8080#$http#" >"$folder.sh"
  grep -q "$http" "$folder.sh" || fail "README.md: the commands of **$heading** run nothing on http://localhost:8080"
  cat "$folder.sh"
  (cd "$folder" && PURPLE=$root bash -euo pipefail "$folder.sh") 2>&1 | tee "$folder.log"
  grep -q 'no value found for nothing' "$folder.log" || fail "README.md: the program of **$heading** does not print what it should"
  rm -rf "$folder" "$folder.sh" "$folder.log"
}

fence() { # fence NUMBER: the text of a fenced block
  awk -v wanted="$1" '/^```/ {inside = !inside; if (inside) number++; next} inside && number == wanted'
}

fail() {
  echo "clients: $*" >&2
  exit 1
}

export -f readme fail say step prefix ready stop follow_readme fence
main "$1"
