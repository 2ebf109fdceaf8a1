# Rust: the crate purple-client (HTTP).
needs=(cargo)
heading=Rust

crate=$out/rust
programs=$out/rust-programs
export CARGO_TARGET_DIR=$out/rust-target CARGO_TERM_QUIET=true CARGO_PROFILE_DEV_DEBUG=0

build() {
  rm -rf "$crate/.openapi-generator" "$crate"/*.crate
  cp LICENSE "$crate"
  readme "$crate" purple-client 'The HTTP client of [Purple], a data server for microservices.' \
    'cargo add purple-client --path "$PURPLE/target/clients/rust"' rust clients/rust/src/bin/example_http.rs
  mkdir -p "$programs"
  cp -r clients/rust/{Cargo.toml,src} "$programs"
  say "fetch the libraries, build the crate"
  cargo check --manifest-path "$crate/Cargo.toml"
  cargo package --manifest-path "$crate/Cargo.toml" --allow-dirty --no-verify
  say "build the programs"
  cargo build --manifest-path "$programs/Cargo.toml"
  cp "$CARGO_TARGET_DIR"/package/purple-client-*.crate "$crate"
}

check() {
  "$CARGO_TARGET_DIR/debug/example_http" "$http"
  "$CARGO_TARGET_DIR/debug/http" "$http"
  "$CARGO_TARGET_DIR/debug/http" "$picky" base64url
  "$CARGO_TARGET_DIR/debug/errors" "$http" "$broken" "$picky"
}

# The client with the operations of tests: with the libraries that are built already.
documents() {
  mkdir -p "$out/documents/rust-programs"
  cp -r clients/rust/documents/. "$programs/Cargo.lock" "$out/documents/rust-programs"
  cargo build --manifest-path "$out/documents/rust-programs/Cargo.toml"
  "$CARGO_TARGET_DIR/debug/documents" "$tests"
  "$CARGO_TARGET_DIR/debug/documents" "$tests" base64url
}
