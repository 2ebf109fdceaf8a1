# Python: a wheel and an sdist each of purple-client (HTTP) and purple-grpc.
needs=(python3)
heading=Python

packages=$out/python
python=$packages/venv/bin/python

build() {
  [[ -x $python ]] || python3 -m venv "$packages/venv"
  export PATH=$packages/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1
  say "fetch $(grep -c == clients/python/requirements.txt) tools and what they need"
  pip install -q -r clients/python/requirements.txt

  rm -rf "$packages/client/.openapi-generator"
  # What Maven calls 1.0.0-SNAPSHOT is 1.0.0.dev0 here.
  sed -i "s/^version = .*/version = \"${version/-SNAPSHOT/.dev0}\"/" "$packages/client/pyproject.toml"
  readme "$packages/client" purple-client 'The HTTP client of [Purple], a data server for microservices.' \
    'pip install "$PURPLE"/target/clients/python/client/dist/*.whl' python clients/python/example_http.py
  pack client

  mkdir -p "$packages/grpc/purple/v1"
  sed "s/VERSION/${version/-SNAPSHOT/.dev0}/" clients/python/grpc/pyproject.toml >"$packages/grpc/pyproject.toml"
  python -m grpc_tools.protoc -Iproto --{python,pyi,grpc_python}_out="$packages/grpc" --mypy_grpc_out=quiet:"$packages/grpc" proto/purple/v1/*.proto
  # protoc declares the numbers of extensions as those of a class, which they are not in.
  sed -i 's/^\([A-Z_]*_FIELD_NUMBER\): _ClassVar\[int\]$/\1: int/' "$packages/grpc/purple/v1/options_pb2.pyi"
  touch "$packages/grpc/purple/v1/"{__init__.py,py.typed}
  readme "$packages/grpc" purple-grpc 'The gRPC stubs of [Purple], a data server for microservices.' \
    'pip install "$PURPLE"/target/clients/python/grpc/dist/*.whl' python clients/python/example_grpc.py
  pack grpc

  say "mypy --strict"
  cd clients/python
  mypy --strict --cache-dir "$packages/mypy" -p purple_client -p purple.v1
  mypy --strict --cache-dir "$packages/mypy" ./*.py
}

pack() { # pack PACKAGE
  say "build the package $1"
  cp LICENSE "$packages/$1"
  rm -rf "$packages/$1/dist" "$packages/$1/build"
  python -m compileall -q "$packages/$1"
  python -m build --no-isolation "$packages/$1" >"$packages/$1.log" || { cat "$packages/$1.log"; return 1; }
  pip install -q --force-reinstall --no-deps "$packages/$1"/dist/*.whl
  pip install -q "$packages/$1"/dist/*.whl
}

check() {
  cd clients/python
  "$python" example_http.py "$http"
  "$python" example_grpc.py "$grpc"
  "$python" http_program.py "$http"
  "$python" http_program.py "$picky" base64url
  "$python" grpc_program.py "$grpc"
  "$python" errors_program.py "$http" "$broken" "$picky"
}

# The client with the operations of tests, before the package of that name which is installed.
documents() {
  export PYTHONPATH=$out/documents/python MYPYPATH=$out/documents/python
  cd clients/python/documents
  "$python" -m mypy --strict --cache-dir "$packages/mypy-documents" "$out/documents/python/purple_client" documents_program.py
  "$python" documents_program.py "$tests"
  "$python" documents_program.py "$tests" base64url
}
