// The peer: grpc-gateway in front of the same back end, as its documentation says to write it.
// Usage: grpc-gateway LISTEN_ADDRESS BACKEND_ADDRESS
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"echo"

	"github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"
)

func main() {
	mux := runtime.NewServeMux()
	options := []grpc.DialOption{grpc.WithInsecure()}
	if err := echo.RegisterEchoServiceHandlerFromEndpoint(context.Background(), mux, os.Args[2], options); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(os.Args[1], mux))
}
