"""Runs all operations on the HTTP client, and prints what it did: http_program.py URL [KEY_ENCODING]."""

import sys
import time
from typing import Any, Callable

from purple_client import PurpleClient, PurpleError

# Each run has keys of its own; this one has all that a URL gives a meaning.
KEY = f'python-http {time.time_ns()}/ü+%2F?a=1&b#c "ключ" 😀'
MAX = 2**63 - 1


def main() -> None:
    encoding: Any = sys.argv[2] if len(sys.argv) > 2 else None
    with PurpleClient(sys.argv[1], key_encoding=encoding) as client:
        for operations in (cache, counter, flag, kv, sets, keys):
            operations(client)
    print("python http: all operations work")


def cache(client: PurpleClient) -> None:
    refused("cache_get, absent", 404, lambda: client.cache_get(KEY))
    client.cache_set(KEY, "grüße ☃\n", 60)
    expect("cache_get", client.cache_get(KEY), "grüße ☃\n")
    client.cache_set(KEY, "short")
    expect("cache_get, default ttl", client.cache_get(KEY), "short")
    refused("cache_set, ttl -1", 400, lambda: client.cache_set(KEY, "x", -1))
    refused("cache_set, empty", 400, lambda: client.cache_set(KEY, ""))


def counter(client: PurpleClient) -> None:
    expect("counter_get, absent", client.counter_get(KEY).value, 0)
    expect("counter_increment", client.counter_increment(KEY, 2).value, 2)
    expect("counter_increment, negative", client.counter_increment(KEY, -5).value, -3)
    expect("counter_increment, past 2^53", client.counter_increment(KEY, 2**53 + 4).value, 2**53 + 1)
    expect("counter_increment, to the end", client.counter_increment(KEY, MAX - 2**53 - 1).value, MAX)
    refused("counter_increment, overflow", 409, lambda: client.counter_increment(KEY, 1))
    expect("counter_get", client.counter_get(KEY).value, MAX)


def flag(client: PurpleClient) -> None:
    expect("flag_get, absent", client.flag_get(KEY).value, False)
    client.flag_set(KEY, True)
    expect("flag_get", client.flag_get(KEY).value, True)
    client.flag_set(KEY, False)
    expect("flag_get", client.flag_get(KEY).value, False)


def kv(client: PurpleClient) -> None:
    refused("kv_get, absent", 404, lambda: client.kv_get(KEY))
    for value in (b"\xff\0\r\n\xfe", b"", "grüße ☃".encode(), bytes(1 << 20)):
        client.kv_put(KEY, value)
        expect("kv_get", client.kv_get(KEY), value)
    refused("kv_put, too large", 413, lambda: client.kv_put(KEY, bytes((1 << 20) + 1)))
    client.kv_delete(KEY)
    refused("kv_delete, absent", 404, lambda: client.kv_delete(KEY))


def sets(client: PurpleClient) -> None:
    expect("set_get, absent", client.set_get(KEY).items, [])
    expect("set_add", client.set_add(KEY, "b&a+ %").items, ["b&a+ %"])
    expect("set_add", client.set_add(KEY, "ü/😀").items, ["b&a+ %", "ü/😀"])
    expect("set_get", client.set_get(KEY).items, ["b&a+ %", "ü/😀"])
    expect("set_remove", client.set_remove(KEY, "b&a+ %").items, ["ü/😀"])
    expect("set_remove, absent", client.set_remove(KEY, "b").items, ["ü/😀"])
    expect("set_remove, last", client.set_remove(KEY, "ü/😀").items, [])
    refused("set_add, empty", 400, lambda: client.set_add(KEY, ""))


def keys(client: PurpleClient) -> None:
    for key in ("a/b", "/", "//", "a+b", "a b", "100%", "%2F", "?", "???", "#", '"q"', "-5", '{"a":1}', ".", "..", "...", "a/../b", "\n", "é", "😀"):
        client.kv_put(key, key.encode())
        expect("kv_get", client.kv_get(key), key.encode())
        client.kv_delete(key)
        # The answer names the key as the server understood it.
        expect("counter_get", client.counter_get(key).counter, key)


def expect(operation: str, actual: object, expected: object) -> None:
    if actual != expected:
        raise SystemExit(f"FAILED {operation}: {actual!r:.200} (expected: {expected!r:.200})")
    print(f"{operation}: {actual!r:.60}")


def refused(operation: str, status: int, call: Callable[[], object]) -> None:
    try:
        call()
    except PurpleError as error:
        problem = error.problem
        if problem.status == status and problem.title and problem.detail:
            print(f"{operation}: {error!s:.100}")
            return
        raise SystemExit(f"FAILED {operation}: {error} (expected: {status})") from error
    raise SystemExit(f"FAILED {operation}: no error (expected: {status})")


main()
