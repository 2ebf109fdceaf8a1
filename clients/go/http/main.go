// Runs all operations on the HTTP client, and prints what it did: http URL [KEY_ENCODING].
package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"time"

	purple "github.com/purpledb/purple-go"
)

var (
	ctx    = context.Background()
	client = newClient()
	// Each run has keys of its own; this one has all that a URL gives a meaning.
	key = fmt.Sprintf("go-http %d/ü+%%2F?a=1&b#c \"ключ\" 😀", time.Now().UnixNano())
)

func main() {
	cache()
	counter()
	flag()
	kv()
	set()
	keys()
	fmt.Println("go http: all operations work")
}

func newClient() *purple.Client {
	client := purple.NewClient(os.Args[1])
	if len(os.Args) > 2 {
		encoded, err := client.WithKeyEncoding(os.Args[2])
		done("keys in "+os.Args[2], err)
		return encoded
	}
	return client
}

func cache() {
	refused("cacheGet, absent", 404, second(client.CacheGet(ctx, key)))
	done("cacheSet", client.CacheSet(ctx, key, "grüße ☃\n", 60))
	expect("cacheGet", "grüße ☃\n")(client.CacheGet(ctx, key))
	done("cacheSet, default ttl", client.CacheSet(ctx, key, "short", 0))
	expect("cacheGet", "short")(client.CacheGet(ctx, key))
	refused("cacheSet, ttl -1", 400, client.CacheSet(ctx, key, "x", -1))
	refused("cacheSet, empty", 400, client.CacheSet(ctx, key, "", 60))
}

func counter() {
	value := func(counter *purple.Counter, err error) (int64, error) {
		if err != nil {
			return 0, err
		}
		return counter.Value, nil
	}
	expect("counterGet, absent", int64(0))(value(client.CounterGet(ctx, key)))
	expect("counterIncrement", int64(2))(value(client.CounterIncrement(ctx, key, 2)))
	expect("counterIncrement, negative", int64(-3))(value(client.CounterIncrement(ctx, key, -5)))
	expect("counterIncrement, past 2^53", int64(1<<53+1))(value(client.CounterIncrement(ctx, key, 1<<53+4)))
	expect("counterIncrement, to the end", int64(math.MaxInt64))(value(client.CounterIncrement(ctx, key, math.MaxInt64-1<<53-1)))
	refused("counterIncrement, overflow", 409, second(client.CounterIncrement(ctx, key, 1)))
	expect("counterGet", int64(math.MaxInt64))(value(client.CounterGet(ctx, key)))
}

func flag() {
	value := func(flag *purple.Flag, err error) (bool, error) {
		if err != nil {
			return false, err
		}
		return flag.Value, nil
	}
	expect("flagGet, absent", false)(value(client.FlagGet(ctx, key)))
	done("flagSet", client.FlagSet(ctx, key, true))
	expect("flagGet", true)(value(client.FlagGet(ctx, key)))
	done("flagSet", client.FlagSet(ctx, key, false))
	expect("flagGet", false)(value(client.FlagGet(ctx, key)))
}

func kv() {
	refused("kvGet, absent", 404, second(client.KvGet(ctx, key)))
	for _, value := range [][]byte{{0xff, 0, '\r', '\n', 0xfe}, {}, []byte("grüße ☃"), make([]byte, 1<<20)} {
		done("kvPut", client.KvPut(ctx, key, value))
		expect("kvGet", value)(client.KvGet(ctx, key))
	}
	refused("kvPut, too large", 413, client.KvPut(ctx, key, make([]byte, 1<<20+1)))
	done("kvDelete", client.KvDelete(ctx, key))
	refused("kvDelete, absent", 404, client.KvDelete(ctx, key))
}

func set() {
	items := func(set *purple.SetItems, err error) ([]string, error) {
		if err != nil {
			return nil, err
		}
		return set.Items, nil
	}
	expect("setGet, absent", []string{})(items(client.SetGet(ctx, key)))
	expect("setAdd", []string{"b&a+ %"})(items(client.SetAdd(ctx, key, "b&a+ %")))
	expect("setAdd", []string{"b&a+ %", "ü/😀"})(items(client.SetAdd(ctx, key, "ü/😀")))
	expect("setAdd, again", []string{"b&a+ %", "ü/😀"})(items(client.SetAdd(ctx, key, "ü/😀")))
	expect("setGet", []string{"b&a+ %", "ü/😀"})(items(client.SetGet(ctx, key)))
	expect("setRemove", []string{"ü/😀"})(items(client.SetRemove(ctx, key, "b&a+ %")))
	expect("setRemove, absent", []string{"ü/😀"})(items(client.SetRemove(ctx, key, "b")))
	expect("setRemove, last", []string{})(items(client.SetRemove(ctx, key, "ü/😀")))
	refused("setAdd, empty", 400, second(client.SetAdd(ctx, key, "")))
}

func keys() {
	for _, awkward := range []string{"a/b", "/", "//", "a+b", "a b", "100%", "%2F", "?", "???", "#", "\"q\"", "-5", "{\"a\":1}", ".", "..", "...", "a/../b", "\n", "é", "😀", ";,:@&=$!'()*~"} {
		done("kvPut", client.KvPut(ctx, awkward, []byte(awkward)))
		expect("kvGet", []byte(awkward))(client.KvGet(ctx, awkward))
		done("kvDelete", client.KvDelete(ctx, awkward))
		// The answer names the key as the server understood it.
		counter, err := client.CounterGet(ctx, awkward)
		done("counterGet", err)
		expect("counterGet", awkward)(counter.Counter, nil)
	}
}

func done(operation string, err error) {
	if err != nil {
		fail(operation, err, "no error")
	}
	fmt.Println(operation)
}

func expect[T any](operation string, expected T) func(T, error) {
	return func(actual T, err error) {
		if err != nil || !reflect.DeepEqual(actual, expected) {
			fail(operation, fmt.Sprint(actual, err), expected)
		}
		fmt.Printf("%s: %.60q\n", operation, fmt.Sprint(actual))
	}
}

func refused(operation string, status int32, err error) {
	var problem *purple.Error
	if !errors.As(err, &problem) || problem.Status != status || problem.Title == "" || problem.Detail == "" {
		fail(operation, err, status)
	}
	fmt.Printf("%s: %.100s\n", operation, problem)
}

func second[T any](_ T, err error) error {
	return err
}

func fail(operation string, actual, expected any) {
	fmt.Printf("FAILED %s: %v (expected: %v)\n", operation, actual, expected)
	os.Exit(1)
}
