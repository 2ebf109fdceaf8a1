// Runs all operations on the gRPC stubs, and prints what it did.
package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"reflect"
	"time"

	"github.com/purpledb/purple-go/purplev1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

var (
	ctx = context.Background()
	// Each run has keys of its own.
	key = fmt.Sprintf("go-grpc %d/ü+%%2F \"ключ\" 😀 ..", time.Now().UnixNano())
)

func main() {
	connection, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	done("connect", err)
	defer connection.Close()
	cache(purplev1.NewCacheServiceClient(connection))
	counter(purplev1.NewCounterServiceClient(connection))
	flag(purplev1.NewFlagServiceClient(connection))
	kv(purplev1.NewKvServiceClient(connection))
	set(purplev1.NewSetServiceClient(connection))
	fmt.Println("go grpc: all operations work")
}

func cache(caches purplev1.CacheServiceClient) {
	get := &purplev1.CacheGetRequest{Key: key}
	_, err := caches.CacheGet(ctx, get)
	refused("CacheGet, absent", codes.NotFound, err)
	_, err = caches.CacheSet(ctx, &purplev1.CacheSetRequest{Key: key, Value: "grüße ☃\n", TtlSeconds: 60})
	done("CacheSet", err)
	cached, err := caches.CacheGet(ctx, get)
	expect("CacheGet", cached.GetValue(), "grüße ☃\n", err)
	_, err = caches.CacheSet(ctx, &purplev1.CacheSetRequest{Key: key, Value: "x", TtlSeconds: -1})
	refused("CacheSet, ttl -1", codes.InvalidArgument, err)
}

func counter(counters purplev1.CounterServiceClient) {
	absent, err := counters.CounterGet(ctx, &purplev1.CounterGetRequest{Key: key})
	expect("CounterGet, absent", absent.GetValue(), 0, err)
	for _, step := range [][2]int64{{2, 2}, {-5, -3}, {1<<53 + 4, 1<<53 + 1}, {math.MaxInt64 - 1<<53 - 1, math.MaxInt64}} {
		sum, err := counters.CounterIncrement(ctx, &purplev1.CounterIncrementRequest{Key: key, Amount: step[0]})
		expect("CounterIncrement", sum.GetValue(), step[1], err)
	}
	_, err = counters.CounterIncrement(ctx, &purplev1.CounterIncrementRequest{Key: key, Amount: 1})
	refused("CounterIncrement, overflow", codes.FailedPrecondition, err)
}

func flag(flags purplev1.FlagServiceClient) {
	get := &purplev1.FlagGetRequest{Key: key}
	absent, err := flags.FlagGet(ctx, get)
	expect("FlagGet, absent", absent.GetValue(), false, err)
	_, err = flags.FlagSet(ctx, &purplev1.FlagSetRequest{Key: key, Value: true})
	done("FlagSet", err)
	flag, err := flags.FlagGet(ctx, get)
	expect("FlagGet", flag.GetValue(), true, err)
}

func kv(values purplev1.KvServiceClient) {
	_, err := values.KvGet(ctx, &purplev1.KvGetRequest{Key: key})
	refused("KvGet, absent", codes.NotFound, err)
	for _, value := range [][]byte{{0xff, 0, 0xfe}, nil, make([]byte, 1<<20)} {
		_, err = values.KvPut(ctx, &purplev1.KvPutRequest{Key: key, Value: value})
		done("KvPut", err)
		answer, err := values.KvGet(ctx, &purplev1.KvGetRequest{Key: key})
		expect("KvGet", string(answer.GetValue()), string(value), err)
	}
	_, err = values.KvPut(ctx, &purplev1.KvPutRequest{Key: key, Value: make([]byte, 1<<20+1)})
	refused("KvPut, too large", codes.ResourceExhausted, err)
	_, err = values.KvDelete(ctx, &purplev1.KvDeleteRequest{Key: key})
	done("KvDelete", err)
	_, err = values.KvDelete(ctx, &purplev1.KvDeleteRequest{Key: key})
	refused("KvDelete, absent", codes.NotFound, err)
}

func set(sets purplev1.SetServiceClient) {
	absent, err := sets.SetGet(ctx, &purplev1.SetGetRequest{Key: key})
	expect("SetGet, absent", len(absent.GetItems()), 0, err)
	_, err = sets.SetAdd(ctx, &purplev1.SetAddRequest{Key: key, Item: "ü/😀"})
	done("SetAdd", err)
	added, err := sets.SetAdd(ctx, &purplev1.SetAddRequest{Key: key, Item: "b&a"})
	expect("SetAdd", added.GetItems(), []string{"b&a", "ü/😀"}, err)
	got, err := sets.SetGet(ctx, &purplev1.SetGetRequest{Key: key})
	expect("SetGet", got.GetItems(), []string{"b&a", "ü/😀"}, err)
	removed, err := sets.SetRemove(ctx, &purplev1.SetRemoveRequest{Key: key, Item: "b&a"})
	expect("SetRemove", removed.GetItems(), []string{"ü/😀"}, err)
	_, err = sets.SetAdd(ctx, &purplev1.SetAddRequest{Key: key})
	refused("SetAdd, empty", codes.InvalidArgument, err)
}

func done(operation string, err error) {
	if err != nil {
		fail(operation, err, "no error")
	}
	fmt.Println(operation)
}

func expect[T any](operation string, actual, expected T, err error) {
	if err != nil || !reflect.DeepEqual(actual, expected) {
		fail(operation, fmt.Sprint(actual, err), expected)
	}
	fmt.Printf("%s: %.60q\n", operation, fmt.Sprint(actual))
}

func refused(operation string, code codes.Code, err error) {
	if status.Code(err) != code || status.Convert(err).Message() == "" {
		fail(operation, err, code)
	}
	fmt.Printf("%s: %.100s\n", operation, err)
}

func fail(operation string, actual, expected any) {
	fmt.Printf("FAILED %s: %.200v (expected: %.200v)\n", operation, actual, expected)
	os.Exit(1)
}
