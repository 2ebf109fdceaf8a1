// A REST service that keeps a to-do list in a set of Purple:
//
//	GET    /todos             the list: {"todos": ["buy milk"]}
//	POST   /todos?todo=TEXT   adds to it, and answers it
//	DELETE /todos?todo=TEXT   removes from it, and answers it
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"

	purple "github.com/purpledb/purple-go"
)

const key = "todos"

func main() {
	client := purple.NewClient(cmp.Or(os.Getenv("TODO_STORE"), "http://localhost:8080"))
	address := cmp.Or(os.Getenv("TODO_ADDRESS"), ":3000")
	log.Printf("todo list at %s", address)
	log.Fatal(http.ListenAndServe(address, routes(client)))
}

func routes(client *purple.Client) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /todos", func(w http.ResponseWriter, r *http.Request) {
		answer(w)(client.SetGet(r.Context(), key))
	})
	mux.HandleFunc("POST /todos", func(w http.ResponseWriter, r *http.Request) {
		answer(w)(client.SetAdd(r.Context(), key, r.URL.Query().Get("todo")))
	})
	mux.HandleFunc("DELETE /todos", func(w http.ResponseWriter, r *http.Request) {
		answer(w)(client.SetRemove(r.Context(), key, r.URL.Query().Get("todo")))
	})
	return mux
}

// answer sends the list, or what Purple says is wrong with the request.
func answer(w http.ResponseWriter) func(*purple.SetItems, error) {
	return func(set *purple.SetItems, err error) {
		var problem *purple.Error
		switch {
		case err == nil:
			w.Header().Set("Content-Type", "application/json")
			encoder := json.NewEncoder(w)
			encoder.SetEscapeHTML(false)
			_ = encoder.Encode(map[string][]string{"todos": set.Items})
		case errors.As(err, &problem) && problem.Status != 0:
			http.Error(w, problem.Detail, int(problem.Status))
		default:
			log.Print(err)
			http.Error(w, "Purple cannot be reached", http.StatusBadGateway)
		}
	}
}
