import sys

import grpc
from purple.v1 import counter_pb2, counter_pb2_grpc, kv_pb2, kv_pb2_grpc

with grpc.insecure_channel(sys.argv[1]) as channel:  # localhost:8081
    counters = counter_pb2_grpc.CounterServiceStub(channel)
    visits = counters.CounterIncrement(counter_pb2.CounterIncrementRequest(key="visits", amount=2))
    print(visits.value)

    values = kv_pb2_grpc.KvServiceStub(channel)
    try:
        values.KvGet(kv_pb2.KvGetRequest(key="nothing"))
    except grpc.RpcError as error:
        print(error.code(), error.details())  # StatusCode.NOT_FOUND no value found for nothing
