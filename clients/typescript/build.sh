# TypeScript: an npm tarball each of @purpledb/client (HTTP) and @purpledb/grpc.
needs=(node npm)
heading=TypeScript

packages=$out/typescript
programs=$packages/programs

build() {
  rm -rf "$packages"/*.tgz "$packages/client/.openapi-generator"
  readme "$packages/client" @purpledb/client 'The HTTP client of [Purple], a data server for microservices.' \
    'npm install "$PURPLE"/target/clients/typescript/purpledb-client-*.tgz' typescript clients/typescript/example-http.ts
  pack client

  mkdir -p "$packages/grpc"
  sed "s/VERSION/$version/" clients/typescript/grpc/package.json >"$packages/grpc/package.json"
  cp "$packages/client/tsconfig.json" "$packages/grpc"
  quietly npm install --prefix "$packages/grpc"
  PATH=$packages/grpc/node_modules/.bin:$PATH \
    buf generate proto --template clients/typescript/buf.gen.yaml --path proto/purple --output "$packages/grpc"
  for file in proto/purple/v1/*.proto; do
    echo "export * from './purple/v1/$(basename "$file" .proto)_pb.js';"
  done >"$packages/grpc/src/index.ts"
  readme "$packages/grpc" @purpledb/grpc 'The gRPC stubs of [Purple], a data server for microservices.' \
    'npm install "$PURPLE"/target/clients/typescript/purpledb-grpc-*.tgz' typescript clients/typescript/example-grpc.ts
  pack grpc

  say "fetch what the programs need, build them"
  # Away from the sources, because node looks for packages beside the program.
  mkdir -p "$programs"
  cp clients/typescript/{package.json,tsconfig.json,*.ts} "$programs"
  rm -rf "$programs/node_modules/@purpledb" "$programs/package-lock.json"
  quietly npm install --prefix "$programs" "$packages"/*.tgz
  "$programs/node_modules/.bin/tsc" -p "$programs"
}

pack() { # pack PACKAGE
  say "fetch what the package $1 needs, build it"
  cp LICENSE "$packages/$1"
  quietly npm install --prefix "$packages/$1"
  rm -rf "$packages/$1/dist"
  "$packages/$1/node_modules/.bin/tsc" -p "$packages/$1"
  (cd "$packages" && quietly npm pack "./$1")
}

# npm speaks only when it fails.
quietly() {
  local log
  log=$("$@" --no-audit --no-fund 2>&1) || { echo "$log"; return 1; }
}

check() {
  cd "$programs/dist"
  node example-http.js "$http"
  node example-grpc.js "$grpc"
  node http.js "$http"
  node http.js "$picky" base64url
  node grpc.js "$grpc"
  node errors.js "$http" "$broken" "$picky"
}

# The client with the operations of tests, nearer to its program than the package of that name which is installed.
documents() {
  local nearer=$programs/documents
  rm -rf "$nearer"
  mkdir -p "$nearer/node_modules/@purpledb"
  cp -r "$out/documents/typescript" "$nearer/node_modules/@purpledb/client"
  cp clients/typescript/{package.json,tsconfig.json,documents/*.ts} "$nearer"
  "$programs/node_modules/.bin/tsc" -p "$nearer/node_modules/@purpledb/client"
  "$programs/node_modules/.bin/tsc" -p "$nearer"
  node "$nearer/dist/documents.js" "$tests"
  node "$nearer/dist/documents.js" "$tests" base64url
}
