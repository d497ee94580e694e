#!/usr/bin/env bash
# Builds the peer from Debian's packages alone. Usage: build.sh FOLDER; leaves FOLDER/grpc-gateway.
set -euo pipefail
source=$(realpath "$(dirname "$0")")
protos=$(realpath "$source/../../../node_modules/google-proto-files")
mkdir -p "$1/gopath/src/echo"
cd "$1"
# The peer knows nothing of our options.
sed '/tamarack/d' "$source/../../echo/echo.proto" >echo.proto
protoc -I . -I "$protos" --go_out=plugins=grpc:gopath/src/echo --grpc-gateway_out=gopath/src/echo echo.proto
# The generated package is named after the proto's.
sed -i 's/^package .*/package echo/' gopath/src/echo/*.go
GO111MODULE=off GOPATH="$PWD/gopath:/usr/share/gocode" GOCACHE="$PWD/gocache" GOFLAGS=-trimpath \
  go build -o grpc-gateway "$source/main.go"
