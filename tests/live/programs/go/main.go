// grpc-bench is the grpc-go end of the live tests: `grpc-bench serve` and `grpc-bench call`.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "serve":
			serve(os.Args[2:])
			return
		case "call":
			call(os.Args[2:])
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: grpc-bench serve|call [flags]")
	os.Exit(2)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "grpc-bench:", err)
		os.Exit(1)
	}
}
