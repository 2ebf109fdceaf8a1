"""Tries the errors of the HTTP client on a live server, a broken one and a picky proxy: errors_program.py LIVE BROKEN PICKY."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

from purple_client import PurpleClient, PurpleError

LIVE, BROKEN, PICKY = sys.argv[1:]
KEY = f"python-errors {time.time_ns()}"


def main() -> None:
    codes()
    network()
    types()
    encodings()
    connections()
    print("python errors: each has its code")


def codes() -> None:
    with PurpleClient(LIVE) as client:
        failed("kv_get, absent", "not_found", 404, lambda: client.kv_get(KEY))
        failed("cache_set, ttl -1", "invalid_argument", 400, lambda: client.cache_set(KEY, "x", -1))
        failed("kv_put, too large", "value_too_large", 413, lambda: client.kv_put(KEY, bytes((1 << 20) + 1)))
    with PurpleClient(LIVE + "/nowhere") as client:
        failed("kv_get, wrong URL", "no_such_path", 404, lambda: client.kv_get(KEY))


def network() -> None:
    for broken in ("mute", "half"):
        client = PurpleClient(f"{BROKEN}/{broken}", timeout=0.3)
        failed(f"{broken}, 0.3 s", "timed_out", 0, lambda: client.counter_get(KEY))
    start = time.monotonic()
    failed("mute, default", "timed_out", 0, lambda: PurpleClient(f"{BROKEN}/mute").counter_increment(KEY, 1))
    expect("the default timeout is 5 s", 4.9 < time.monotonic() - start < 15)
    failed("no scheme", "invalid_argument", 0, lambda: PurpleClient("localhost:8080").kv_get(KEY))
    failed("absent", "connection_failed", 0, lambda: PurpleClient("http://127.0.0.1:1").kv_get(KEY))
    failed("closed", "connection_failed", 0, lambda: PurpleClient(f"{BROKEN}/closed").kv_put(KEY, b"x"))
    failed("proxy", "unexpected_answer", 502, lambda: PurpleClient(f"{BROKEN}/proxy").kv_get(KEY))
    failed("junk", "unexpected_answer", 200, lambda: PurpleClient(f"{BROKEN}/junk").counter_get(KEY))


def types() -> None:
    # Nothing listens there: what is sent is no TypeError.
    client: Any = PurpleClient("http://127.0.0.1:1")
    value: Any
    for value in ({"a": 1}, ["x", b"y"], None, 1, iter([b"x"])):
        refused(f"kv_put {value!r}", lambda: client.kv_put(KEY, value))
    for value in (b"x", {"a": 1}, None, 1):
        refused(f"cache_set {value!r}", lambda: client.cache_set(KEY, value))
        refused(f"set_add {value!r}", lambda: client.set_add(KEY, value))
        refused(f"set_remove {value!r}", lambda: client.set_remove(KEY, value))
        refused(f"key {value!r}", lambda: client.kv_get(value))
    for value in (True, 1.0, "1", None):
        refused(f"counter_increment {value!r}", lambda: client.counter_increment(KEY, value))
    for value in (True, 1.0, "1"):
        refused(f"cache_set, ttl {value!r}", lambda: client.cache_set(KEY, "x", value))
    for value in (1, "true", None):
        refused(f"flag_set {value!r}", lambda: client.flag_set(KEY, value))
    with PurpleClient(LIVE) as live:
        for bytes_or_text in ("ü", "ü".encode(), bytearray("ü".encode()), memoryview("ü".encode())):
            live.kv_put(KEY, bytes_or_text)
            expect(f"kv_put {type(bytes_or_text).__name__}", live.kv_get(KEY) == "ü".encode())


def encodings() -> None:
    absent = KEY + " absent"
    with PurpleClient(PICKY) as plain, PurpleClient(PICKY, key_encoding="base64url") as client:
        failed("a key with a space, through a picky proxy", "unexpected_answer", 400, lambda: plain.kv_get(absent))
        failed("the same in base64url", "not_found", 404, lambda: client.kv_get(absent))
        failed("an empty key in base64url", "invalid_argument", 400, lambda: client.kv_get(""))
        failed("an empty item in base64url", "invalid_argument", 400, lambda: client.set_add(KEY, ""))
    encoding: Any
    for encoding in ("base64", "BASE64URL", ""):
        failed(f"an encoding {encoding!r}", "invalid_argument", 0, lambda: PurpleClient(LIVE, key_encoding=encoding))
    for encoding in (b"base64url", True, 64):
        refused(f"an encoding {encoding!r}", lambda: PurpleClient(LIVE, key_encoding=encoding))


def connections() -> None:
    with PurpleClient(f"{BROKEN}/count-python") as client, ThreadPoolExecutor(8) as threads:
        # All eight have their answer before one asks again: whoever keeps fewer connections has closed some.
        opened = max(max(threads.map(lambda _: client.counter_get(KEY).value, range(8))) for _ in range(50))
        expect(f"400 calls of 8 threads open {opened} connections (expected: at most 8)", opened <= 8)


def expect(what: str, true: bool) -> None:
    if not true:
        raise SystemExit(f"FAILED {what}")
    print(what)


def failed(operation: str, code: str, status: int, call: Callable[[], object]) -> None:
    try:
        call()
    except PurpleError as error:
        problem = error.problem
        if (error.code, problem.status) == (code, status) and problem.title and problem.detail:
            print(f"{operation}: {code}, {error!s:.100}")
            return
        raise SystemExit(f"FAILED {operation}: {error} (expected: {code})") from error
    raise SystemExit(f"FAILED {operation}: no error (expected: {code})")


def refused(operation: str, call: Callable[[], object]) -> None:
    try:
        call()
    except TypeError as error:
        print(f"{operation}: {error}")
        return
    raise SystemExit(f"FAILED {operation}: no TypeError")


main()
