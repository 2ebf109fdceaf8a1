package main

import (
	"context"
	"math"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/dynamicpb"
)

type rpc struct{ connection *grpc.ClientConn }

// call calls a method; an error becomes its text, behind its code.
func (r rpc) call(method string, request *dynamicpb.Message, answer string) (*dynamicpb.Message, string) {
	response := message(answer)
	err := r.connection.Invoke(context.Background(), "/proto."+method, request, response)
	if status.Code(err) != codes.OK {
		return nil, status.Code(err).String() + " " + status.Convert(err).Message()
	}
	return response, ""
}

func tryGrpc(address, key string) {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	expect("connect", err, nil)
	defer connection.Close()
	r := rpc{connection}
	r.cache(key)
	r.counter(key)
	r.flag(key)
	r.kv(key)
	r.set(key)
}

func (r rpc) cache(key string) {
	get := message("CacheGetRequest", "key", key)
	_, missing := r.call("Cache/CacheGet", get, "CacheGetResponse")
	expect("CacheGet, absent", missing, "NotFound no value found for "+key)
	item := message("CacheItem", "value", "grüße ☃", "ttl", int32(60))
	_, failure := r.call("Cache/CacheSet", message("CacheSetRequest", "key", key, "item", item), "Empty")
	expect("CacheSet", failure, "")
	got, _ := r.call("Cache/CacheGet", get, "CacheGetResponse")
	expect("CacheGet", value(got, "value"), "grüße ☃")
}

func (r rpc) counter(key string) {
	get := message("GetCounterRequest", "key", key)
	absent, _ := r.call("Counter/CounterGet", get, "GetCounterResponse")
	expect("CounterGet, absent", value(absent, "value"), int64(0))
	r.call("Counter/CounterIncrement", message("IncrementCounterRequest", "key", key, "amount", int64(-5)), "GetCounterResponse")
	most := message("IncrementCounterRequest", "key", key, "amount", int64(math.MaxInt64))
	sum, _ := r.call("Counter/CounterIncrement", most, "GetCounterResponse")
	expect("CounterIncrement", value(sum, "value"), int64(math.MaxInt64-5))
	got, _ := r.call("Counter/CounterGet", get, "GetCounterResponse")
	expect("CounterGet", value(got, "value"), int64(math.MaxInt64-5))
	_, failure := r.call("Counter/CounterIncrement", most, "GetCounterResponse")
	expect("CounterIncrement, overflow", failure != "", true)
}

func (r rpc) flag(key string) {
	get := message("FlagGetRequest", "key", key)
	absent, _ := r.call("Flag/FlagGet", get, "FlagResponse")
	expect("FlagGet, absent", value(absent, "value"), false)
	_, failure := r.call("Flag/FlagSet", message("FlagSetRequest", "key", key, "value", true), "Empty")
	expect("FlagSet", failure, "")
	got, _ := r.call("Flag/FlagGet", get, "FlagResponse")
	expect("FlagGet", value(got, "value"), true)
}

func (r rpc) kv(key string) {
	location := message("Location", "key", key)
	for _, content := range [][]byte{{0xff, 0, 0xfe}, []byte("grüße ☃"), {}} {
		put := message("PutRequest", "location", location, "value", message("Value", "content", content))
		_, failure := r.call("KV/KVPut", put, "Empty")
		expect("KVPut", failure, "")
		got, _ := r.call("KV/KVGet", location, "GetResponse")
		expect("KVGet", value(got, "value", "content"), content)
	}
	_, failure := r.call("KV/KVDelete", location, "Empty")
	expect("KVDelete", failure, "")
	_, missing := r.call("KV/KVGet", location, "GetResponse")
	expect("KVGet, absent", missing, "NotFound no value found for "+key)
	_, missing = r.call("KV/KVDelete", location, "Empty")
	expect("KVDelete, absent", missing, "NotFound no value found for "+key)
}

func (r rpc) set(key string) {
	items := func(method string, request *dynamicpb.Message) any {
		response, failure := r.call("Set/"+method, request, "SetResponse")
		expect(method, failure, "")
		return value(response, "items")
	}
	get := message("GetSetRequest", "set", key)
	expect("SetGet, absent", items("SetGet", get), []string{})
	add := message("ModifySetRequest", "set", key, "item", "ü/😀")
	expect("SetAdd", items("SetAdd", add), []string{"ü/😀"})
	expect("SetGet", items("SetGet", get), []string{"ü/😀"})
	expect("SetRemove, absent", items("SetRemove", message("ModifySetRequest", "set", key, "item", "b")), []string{"ü/😀"})
	expect("SetRemove", items("SetRemove", add), []string{})
}
