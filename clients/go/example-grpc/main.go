package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/purpledb/purple-go/purplev1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

func main() {
	ctx := context.Background()
	address := os.Args[1] // localhost:8081
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()

	counters := purplev1.NewCounterServiceClient(connection)
	visits, err := counters.CounterIncrement(ctx, &purplev1.CounterIncrementRequest{Key: "visits", Amount: 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(visits.GetValue())

	values := purplev1.NewKvServiceClient(connection)
	_, err = values.KvGet(ctx, &purplev1.KvGetRequest{Key: "nothing"})
	fmt.Println(status.Code(err), status.Convert(err).Message()) // NotFound no value found for nothing
}
