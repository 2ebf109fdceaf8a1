#!/bin/bash
# The image's health check: asks the HTTP server for $1 (default: /health/live), or, in a container that
# serves gRPC alone, sees whether the port takes connections. It uses nothing but bash, as the image
# need not have an HTTP client. Ports are those of the PURPLE_* variables, not those of flags.
set -euo pipefail

path=${1:-/health/live}

if tr '\0' '\n' < /proc/1/cmdline | grep -qx grpc; then
  exec 3<> "/dev/tcp/127.0.0.1/${PURPLE_PORT:-${PURPLE_GRPC_PORT:-8081}}"
else
  exec 3<> "/dev/tcp/127.0.0.1/${PURPLE_PORT:-${PURPLE_HTTP_PORT:-8080}}"
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$path" >&3
  read -r -u 3 _ status _
  echo "$path answered $status"
  [[ $status == 200 ]]
fi
