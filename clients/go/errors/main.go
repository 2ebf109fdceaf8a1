// Tries the errors of the HTTP client on a live server, a broken one and a picky proxy: errors LIVE BROKEN PICKY.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	purple "github.com/purpledb/purple-go"
)

var (
	ctx                 = context.Background()
	live, broken, picky = os.Args[1], os.Args[2], os.Args[3]
	key                 = fmt.Sprintf("go-errors %d", time.Now().UnixNano())
)

func main() {
	codes()
	network()
	contexts()
	nothing()
	encodings()
	connections()
	fmt.Println("go errors: each has its code")
}

func codes() {
	client := purple.NewClient(live)
	failed("kvGet, absent", "not_found", 404, second(client.KvGet(ctx, key)))
	failed("cacheSet, ttl -1", "invalid_argument", 400, client.CacheSet(ctx, key, "x", -1))
	failed("kvPut, too large", "value_too_large", 413, client.KvPut(ctx, key, make([]byte, 1<<20+1)))
	failed("kvGet, wrong URL", "no_such_path", 404, second(purple.NewClient(live+"/nowhere").KvGet(ctx, key)))
	failed("kvGet, no scheme", "invalid_argument", 0, second(purple.NewClient("localhost:8080").KvGet(ctx, key)))
	failed("kvGet, no URL", "invalid_argument", 0, second(purple.NewClient("http://[").KvGet(ctx, key)))
}

func network() {
	for _, illness := range []string{"mute", "half"} {
		client := purple.NewClient(broken + "/" + illness)
		client.HTTPClient.Timeout = 300 * time.Millisecond
		failed(illness+", 300 ms", "timed_out", 0, second(client.CounterGet(ctx, key)))
	}
	start := time.Now()
	failed("mute, default", "timed_out", 0, second(purple.NewClient(broken+"/mute").CounterIncrement(ctx, key, 1)))
	took := time.Since(start)
	expect("the default timeout is 5 s", took > 4900*time.Millisecond && took < 15*time.Second)
	failed("absent", "connection_failed", 0, second(purple.NewClient("http://127.0.0.1:1").KvGet(ctx, key)))
	failed("closed", "connection_failed", 0, purple.NewClient(broken+"/closed").KvPut(ctx, key, nil))
	failed("proxy", "unexpected_answer", 502, second(purple.NewClient(broken+"/proxy").KvGet(ctx, key)))
	failed("junk", "unexpected_answer", 200, second(purple.NewClient(broken+"/junk").CounterGet(ctx, key)))
}

func contexts() {
	client := purple.NewClient(broken + "/mute")
	cancelled, cancel := context.WithCancel(ctx)
	time.AfterFunc(100*time.Millisecond, cancel)
	err := second(client.KvGet(cancelled, key))
	failed("cancelled", "cancelled", 0, err)
	expect("it is context.Canceled", errors.Is(err, context.Canceled))
	deadline, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	err = second(client.KvGet(deadline, key))
	failed("deadline", "timed_out", 0, err)
	expect("it is context.DeadlineExceeded", errors.Is(err, context.DeadlineExceeded))
}

// What the types let through: no bytes are an empty value.
func nothing() {
	client := purple.NewClient(live)
	expect("kvPut of nil", client.KvPut(ctx, key, nil) == nil)
	value, err := client.KvGet(ctx, key)
	expect("it is an empty value", len(value) == 0 && err == nil)
	failed("an empty key", "invalid_argument", 400, second(client.KvGet(ctx, "")))
	failed("a key that is no Unicode", "invalid_argument", 400, client.KvPut(ctx, "\xff", nil))
	failed("a text that is no Unicode", "invalid_argument", 400, client.CacheSet(ctx, key, "\xff", 0))
}

func encodings() {
	absent := key + " absent"
	failed("a key with a space, through a picky proxy", "unexpected_answer", 400, second(purple.NewClient(picky).KvGet(ctx, absent)))
	client, err := purple.NewClient(picky).WithKeyEncoding("base64url")
	expect("base64url", err == nil)
	failed("the same in base64url", "not_found", 404, second(client.KvGet(ctx, absent)))
	failed("an empty key in base64url", "invalid_argument", 400, second(client.KvGet(ctx, "")))
	failed("an empty item in base64url", "invalid_argument", 400, second(client.SetAdd(ctx, key, "")))
	failed("a key that is no Unicode in base64url", "invalid_argument", 400, second(client.KvGet(ctx, "\xff")))
	for _, encoding := range []string{"base64", "BASE64URL", ""} {
		failed("an encoding "+encoding, "invalid_argument", 0, second(purple.NewClient(live).WithKeyEncoding(encoding)))
	}
}

func connections() {
	client := purple.NewClient(broken + "/count-go")
	var group sync.WaitGroup
	var last atomic.Int64
	// All eight have their answer before one asks again: whoever keeps fewer connections has closed some.
	for range 50 {
		for range 8 {
			group.Add(1)
			go func() {
				defer group.Done()
				count, err := client.CounterGet(ctx, key)
				expect("", err == nil)
				last.Store(count.Value)
			}()
		}
		group.Wait()
	}
	opened := last.Load()
	// One may be opened while another becomes free: it is kept for the next call.
	expect(fmt.Sprintf("400 calls of 8 goroutines open %d connections (expected: at most 16)", opened), opened <= 16)
}

func expect(what string, true bool) {
	if !true {
		fmt.Println("FAILED " + what)
		os.Exit(1)
	}
	if what != "" {
		fmt.Println(what)
	}
}

func failed(operation, code string, status int32, err error) {
	var failure *purple.Error
	expect(fmt.Sprintf("%s: %.150v (expected: %s)", operation, err, code),
		errors.As(err, &failure) && failure.Code == code && failure.Status == status && failure.Title != "" && failure.Detail != "")
}

func second[T any](_ T, err error) error {
	return err
}
