package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	purple "github.com/purpledb/purple-go"
)

func main() {
	ctx := context.Background()
	client := purple.NewClient(os.Args[1]) // http://localhost:8080

	if err := client.KvPut(ctx, "greeting", []byte("Hello")); err != nil {
		log.Fatal(err)
	}
	value, err := client.KvGet(ctx, "greeting")
	if err != nil {
		log.Fatal(err)
	}
	visits, err := client.CounterIncrement(ctx, "visits", 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(value), visits.Value)

	_, err = client.KvGet(ctx, "nothing")
	var failure *purple.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Code, failure.Detail) // not_found no value found for nothing
	}
}
