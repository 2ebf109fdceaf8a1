// A client of Purple v0.1.6, built from its interface with stock libraries and without our contracts: what it sees is
// what a program written for v0.1.6 sees. It runs all operations through both protocols, and prints what it did.
package main

import (
	"fmt"
	"os"
	"reflect"
	"time"
)

func main() {
	// Each run has keys of its own.
	run := fmt.Sprintf("v0 %d/ü+%%", time.Now().UnixNano())
	tryHTTP(os.Args[1], run+" http")
	tryGrpc(os.Args[2], run+" grpc")
	fmt.Println("v0: all operations work")
}

func expect(operation string, actual, expected any) {
	if !reflect.DeepEqual(actual, expected) {
		fmt.Printf("FAILED %s: %v (expected: %v)\n", operation, actual, expected)
		os.Exit(1)
	}
	fmt.Printf("%s: %v\n", operation, actual)
}
