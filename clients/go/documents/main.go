// Writes and reads documents with the operations of tests, and prints what it did: documents URL [KEY_ENCODING].
package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"

	purple "github.com/purpledb/purple-go"
)

var (
	ctx = context.Background()
	key = fmt.Sprintf("go-documents %d/ü", time.Now().UnixNano())
)

func main() {
	client := purple.NewClient(os.Args[1])
	if len(os.Args) > 2 {
		var err error
		client, err = client.WithKeyEncoding(os.Args[2])
		expect("WithKeyEncoding", err, nil)
	}
	first := document()

	// 201 the first time, with the headers of both.
	object, made, err := client.TestWriteWithHTTPInfo(ctx, key, first, "")
	expect("write", err, nil)
	expect("write, status", made.StatusCode, http.StatusCreated)
	expect("write, object", object["created"], any(true))
	location, err := url.PathUnescape(made.Header.Get("Location"))
	expect("write, Location", err, nil)
	expect("write, Location", location, "/tests/"+key)
	tag := made.Header.Get("ETag")
	expect("write, ETag", strings.HasPrefix(tag, `"v`), true)

	// All comes back as it was.
	read, response, err := client.TestReadWithHTTPInfo(ctx, key, "", "")
	expect("read", err, nil)
	expect("read, status", response.StatusCode, http.StatusOK)
	expect("read, ETag", response.Header.Get("ETag"), tag)
	expect("read, document", *read, first)
	plain, err := client.TestRead(ctx, key)
	expect("read without more", err, nil)
	expect("read without more, document", *plain, first)

	// Not modified is no error, and has no document.
	read, response, err = client.TestReadWithHTTPInfo(ctx, key, "", `"other", `+tag)
	expect("read, not modified", err, nil)
	expect("read, not modified, status", response.StatusCode, http.StatusNotModified)
	expect("read, not modified, ETag", response.Header.Get("ETag"), tag)
	expect("read, not modified, document", read, nil)

	// 200 when it replaces, and only what is there.
	second := purple.TestDocument{Title: "second"}
	_, replaced, err := client.TestWriteWithHTTPInfo(ctx, key, second, tag)
	expect("replace", err, nil)
	expect("replace, status", replaced.StatusCode, http.StatusOK)
	_, response, err = client.TestWriteWithHTTPInfo(ctx, key, first, tag)
	refused("replace, late", err, "condition_failed", http.StatusPreconditionFailed)
	expect("replace, late, status", response.StatusCode, http.StatusPreconditionFailed)
	_, _, err = client.TestReadWithHTTPInfo(ctx, key, tag, "")
	refused("read, late", err, "condition_failed", http.StatusPreconditionFailed)
	_, err = client.TestWrite(ctx, key, second)
	expect("replace without a condition", err, nil)
	_, err = client.TestWrite(ctx, key, purple.TestDocument{})
	refused("write, no title", err, "invalid_argument", http.StatusBadRequest)
	_, _, err = client.TestReadWithHTTPInfo(ctx, key, "\"a\"\r\nX-Other: b", "")
	refused("read, a header with a line break", err, "invalid_argument", 0)
	_, _, err = client.TestReadWithHTTPInfo(ctx, key+" absent", "", "")
	refused("read, absent", err, "not_found", http.StatusNotFound)

	// A stream of events is its text.
	events, err := client.TestCount(ctx, key, 2, 0, 0, false)
	expect("count", err, nil)
	expect("count, events", events, "id: 1\ndata: {\"number\":1,\"padding\":\"\"}\n\nid: 2\ndata: {\"number\":2,\"padding\":\"\"}\n\nevent: end\ndata: {}\n\n")
	fmt.Println("go documents: all operations work")
}

func document() purple.TestDocument {
	return purple.TestDocument{
		Title:   "ü",
		Number:  to(int64(math.MaxInt64)),
		Tags:    []string{"a", "b"},
		Author:  &purple.TestAuthor{Name: "A", Age: to(int32(30))},
		Counts:  map[string]int64{"x": 1, "y": math.MinInt64, "z": 1<<53 + 1},
		Weight:  to(1.1),
		Done:    to(true),
		Content: []byte{255, 0, 254, 62, 63},
		Readers: []purple.TestAuthor{{Name: "B", Age: to(int32(1))}, {Name: "C", Age: to(int32(0))}},
	}
}

func to[T any](value T) *T {
	return &value
}

func refused(operation string, err error, code string, status int32) {
	failure := &purple.Error{}
	if !errors.As(err, &failure) || failure.Code != code || failure.Status != status {
		fail("%s: %v (expected: %s)", operation, err, code)
	}
	fmt.Printf("%s: %v\n", operation, err)
}

func expect(operation string, actual, expected any) {
	nothing := expected == nil && (actual == nil || reflect.ValueOf(actual).IsZero())
	if !nothing && !reflect.DeepEqual(actual, expected) {
		fail("%s: %+v (expected: %+v)", operation, actual, expected)
	}
	fmt.Println(operation)
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}
