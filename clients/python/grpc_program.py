"""Runs all operations on the gRPC stubs, and prints what it did."""

import sys
import time
from typing import Callable

import grpc
from purple.v1 import cache_pb2 as cache
from purple.v1 import counter_pb2 as counter
from purple.v1 import flag_pb2 as flag
from purple.v1 import kv_pb2 as kv
from purple.v1 import set_pb2 as sets
from purple.v1.cache_pb2_grpc import CacheServiceStub
from purple.v1.counter_pb2_grpc import CounterServiceStub
from purple.v1.flag_pb2_grpc import FlagServiceStub
from purple.v1.kv_pb2_grpc import KvServiceStub
from purple.v1.set_pb2_grpc import SetServiceStub

# Each run has keys of its own.
KEY = f'python-grpc {time.time_ns()}/ü+%2F "ключ" 😀 ..'
MAX = 2**63 - 1


def main() -> None:
    with grpc.insecure_channel(sys.argv[1]) as channel:
        try_cache(CacheServiceStub(channel))
        try_counter(CounterServiceStub(channel))
        try_flag(FlagServiceStub(channel))
        try_kv(KvServiceStub(channel))
        try_sets(SetServiceStub(channel))
    print("python grpc: all operations work")


def try_cache(stub: CacheServiceStub) -> None:
    refused("CacheGet, absent", grpc.StatusCode.NOT_FOUND, lambda: stub.CacheGet(cache.CacheGetRequest(key=KEY)))
    stub.CacheSet(cache.CacheSetRequest(key=KEY, value="grüße ☃\n", ttl_seconds=60))
    expect("CacheGet", stub.CacheGet(cache.CacheGetRequest(key=KEY)).value, "grüße ☃\n")
    negative = cache.CacheSetRequest(key=KEY, value="x", ttl_seconds=-1)
    refused("CacheSet, ttl -1", grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.CacheSet(negative))


def try_counter(stub: CounterServiceStub) -> None:
    expect("CounterGet, absent", stub.CounterGet(counter.CounterGetRequest(key=KEY)).value, 0)
    for amount, total in ((2, 2), (-5, -3), (2**53 + 4, 2**53 + 1), (MAX - 2**53 - 1, MAX)):
        request = counter.CounterIncrementRequest(key=KEY, amount=amount)
        expect("CounterIncrement", stub.CounterIncrement(request).value, total)
    over = counter.CounterIncrementRequest(key=KEY, amount=1)
    refused("CounterIncrement, overflow", grpc.StatusCode.FAILED_PRECONDITION, lambda: stub.CounterIncrement(over))


def try_flag(stub: FlagServiceStub) -> None:
    expect("FlagGet, absent", stub.FlagGet(flag.FlagGetRequest(key=KEY)).value, False)
    stub.FlagSet(flag.FlagSetRequest(key=KEY, value=True))
    expect("FlagGet", stub.FlagGet(flag.FlagGetRequest(key=KEY)).value, True)


def try_kv(stub: KvServiceStub) -> None:
    refused("KvGet, absent", grpc.StatusCode.NOT_FOUND, lambda: stub.KvGet(kv.KvGetRequest(key=KEY)))
    for value in (b"\xff\0\xfe", b"", bytes(1 << 20)):
        stub.KvPut(kv.KvPutRequest(key=KEY, value=value))
        expect("KvGet", stub.KvGet(kv.KvGetRequest(key=KEY)).value, value)
    large = kv.KvPutRequest(key=KEY, value=bytes((1 << 20) + 1))
    refused("KvPut, too large", grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: stub.KvPut(large))
    stub.KvDelete(kv.KvDeleteRequest(key=KEY))
    refused("KvDelete, absent", grpc.StatusCode.NOT_FOUND, lambda: stub.KvDelete(kv.KvDeleteRequest(key=KEY)))


def try_sets(stub: SetServiceStub) -> None:
    expect("SetGet, absent", list(stub.SetGet(sets.SetGetRequest(key=KEY)).items), [])
    stub.SetAdd(sets.SetAddRequest(key=KEY, item="ü/😀"))
    expect("SetAdd", list(stub.SetAdd(sets.SetAddRequest(key=KEY, item="b&a")).items), ["b&a", "ü/😀"])
    expect("SetGet", list(stub.SetGet(sets.SetGetRequest(key=KEY)).items), ["b&a", "ü/😀"])
    expect("SetRemove", list(stub.SetRemove(sets.SetRemoveRequest(key=KEY, item="b&a")).items), ["ü/😀"])
    refused("SetAdd, empty", grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.SetAdd(sets.SetAddRequest(key=KEY)))


def expect(operation: str, actual: object, expected: object) -> None:
    if actual != expected:
        raise SystemExit(f"FAILED {operation}: {actual!r:.200} (expected: {expected!r:.200})")
    print(f"{operation}: {actual!r:.60}")


def refused(operation: str, code: grpc.StatusCode, call: Callable[[], object]) -> None:
    try:
        call()
    except grpc.RpcError as error:
        if error.code() == code and error.details():
            print(f"{operation}: {error.code().name} {error.details():.100}")
            return
        raise SystemExit(f"FAILED {operation}: {error} (expected: {code})") from error
    raise SystemExit(f"FAILED {operation}: no error (expected: {code})")


main()
