package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"

	purple "github.com/purpledb/purple-go"
)

// The list is kept by the server at TODO_STORE.
func TestTodos(t *testing.T) {
	client := purple.NewClient(os.Getenv("TODO_STORE"))
	service := httptest.NewServer(routes(client))
	defer service.Close()
	expect := func(method, todo string, status int, body string) {
		t.Helper()
		request, _ := http.NewRequest(method, service.URL+"/todos?todo="+url.QueryEscape(todo), nil)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		t.Logf("%s %s: %s", method, todo, text)
		if response.StatusCode != status || body != "" && string(text) != body+"\n" {
			t.Fatalf("%d %s (expected: %d %s)", response.StatusCode, text, status, body)
		}
	}

	expect("GET", "", 200, `{"todos":[]}`)
	expect("POST", "buy milk", 200, `{"todos":["buy milk"]}`)
	expect("POST", "a+b & 食べる/100%", 200, `{"todos":["a+b & 食べる/100%","buy milk"]}`)
	expect("POST", "buy milk", 200, `{"todos":["a+b & 食べる/100%","buy milk"]}`)
	expect("GET", "", 200, `{"todos":["a+b & 食べる/100%","buy milk"]}`)
	expect("DELETE", "buy milk", 200, `{"todos":["a+b & 食べる/100%"]}`)
	expect("DELETE", "never there", 200, `{"todos":["a+b & 食べる/100%"]}`)
	expect("DELETE", "a+b & 食べる/100%", 200, `{"todos":[]}`)
	expect("POST", "", 400, "")
	expect("PUT", "", 405, "")
}
