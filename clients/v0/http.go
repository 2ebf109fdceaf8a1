package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
)

type object = map[string]any

type web struct{ url string }

// call answers the status and the JSON of the answer; an increment of a counter is read exactly.
func (w web) call(method, path, body string) (int, object) {
	request, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	expect("request", err, nil)
	response, err := http.DefaultClient.Do(request)
	expect(method+" "+path, err, nil)
	defer response.Body.Close()
	decoder := json.NewDecoder(response.Body)
	decoder.UseNumber()
	answer := object{}
	if err := decoder.Decode(&answer); err != nil && err != io.EOF {
		expect("answer", err, nil)
	}
	return response.StatusCode, answer
}

func (w web) expect(method, path, body string, status int, expected object) {
	actualStatus, answer := w.call(method, path, body)
	expect(method+" "+path, actualStatus, status)
	if status == http.StatusOK {
		expect(method+" "+path, answer, expected)
	}
}

func tryHTTP(base, key string) {
	w := web{base}
	segment, none := url.PathEscape(key), object{}
	w.expect("GET", "/ping", "", 200, none)

	cache := "/cache/" + segment
	w.expect("GET", cache, "", 404, none)
	w.expect("PUT", cache+"?value=gr%C3%BC%C3%9Fe&ttl=60", "", 204, none)
	w.expect("GET", cache, "", 200, object{"value": "grüße"})
	w.expect("PUT", cache+"?ttl=60", "", 400, none)
	w.expect("PUT", cache+"?value=&ttl=60", "", 400, none)
	w.expect("PUT", cache+"?value=x&ttl=soon", "", 400, none)

	counter := "/counters/" + segment
	w.expect("GET", counter, "", 200, object{"counter": key, "value": json.Number("0")})
	w.expect("PUT", counter+"?increment=-5", "", 200, object{"counter": key, "value": json.Number("-5")})
	w.expect("PUT", fmt.Sprintf("%s?increment=%d", counter, math.MaxInt64), "", 200, object{"counter": key, "value": json.Number("9223372036854775802")})
	w.expect("PUT", counter, "", 400, none)
	w.expect("PUT", counter+"?increment=much", "", 400, none)

	flag := "/flags/" + segment
	w.expect("GET", flag, "", 200, object{"value": false})
	for _, yes := range strings.Fields("1 t T TRUE true True") {
		w.expect("PUT", flag+"?value=0", "", 204, none)
		w.expect("PUT", flag+"?value="+yes, "", 204, none)
		w.expect("GET", flag, "", 200, object{"value": true})
	}
	w.expect("PUT", flag+"?value=maybe", "", 400, none)
	w.expect("PUT", flag, "", 400, none)

	kv := "/kv/" + segment
	// The client of v0.1.6 keeps bytes as base64 inside the text, and decodes them itself.
	content := base64.StdEncoding.EncodeToString([]byte{0xff, 0, 0xfe})
	w.expect("GET", kv, "", 404, none)
	w.expect("PUT", kv, `{"content": "`+content+`"}`, 204, none)
	w.expect("GET", kv, "", 200, object{"value": content})
	w.expect("PUT", kv, `{"content": ""}`, 400, none)
	w.expect("PUT", kv, `{}`, 400, none)
	w.expect("PUT", kv, `nonsense`, 400, none)
	w.expect("DELETE", kv, "", 204, none)
	w.expect("DELETE", kv, "", 404, none)

	set := "/sets/" + segment
	w.expect("GET", set, "", 200, object{"set": key, "items": []any{}})
	w.expect("PUT", set+"?item=%C3%BC", "", 200, object{"set": key, "items": []any{"ü"}})
	w.expect("PUT", set+"?item=a", "", 200, object{"set": key, "items": []any{"a", "ü"}})
	w.expect("DELETE", set+"?item=a", "", 200, object{"set": key, "items": []any{"ü"}})
	w.expect("DELETE", set+"?item=a", "", 200, object{"set": key, "items": []any{"ü"}})
	w.expect("DELETE", set+"?item=%C3%BC", "", 200, object{"set": key, "items": []any{}})
	w.expect("PUT", set, "", 400, none)
}
