"""The rows that compare rates: 1 to 7 and 11."""

import hashlib
import os
import subprocess
import sys

import fill
import load
import servers
from load import Request
from rounds import ratio

GET = Request("GET", "/kv/{key}")
PUT = Request("PUT", "/kv/{key}", load.VALUE)
INCREMENT = Request("PUT", "/counters/{key}?increment=1")

ANSWER_BYTES = len('{"value":""}') + len(load.VALUE)
COUNTER_BYTES = len('{"counter":"key-1000000","value":1000}')

KEY = f"key-{load.FIRST_KEY}"
KV_GET = "purple.v1.KvService/KvGet"
KV_GET_REQUEST = b"\x0a" + bytes([len(KEY)]) + KEY.encode()
KV_DATABASE = 3


def rate(server, *requests, **how):
    """Measures the rate of HTTP requests."""
    return lambda seconds: load.http(server.port, *requests, seconds=seconds, **how).rate


def kv_get_rate(port):
    """Measures the rate of KvGet over gRPC."""
    return lambda seconds: load.grpc(port, KV_GET, KV_GET_REQUEST, len(load.VALUE), seconds)


def row1(plan):
    with servers.purple("--backend", "memory") as a, servers.bare_http(ANSWER_BYTES) as b:
        fill.keys(a.port)
        return [ratio(plan, 1, "HTTP GET /kv/{key}, memory ÷ bare HTTP", 0.75,
                      ("Purple", rate(a, GET)), ("bare", rate(b, GET)))]


def row2(plan):
    with servers.purple("--backend", "memory") as a, servers.bare_http(COUNTER_BYTES) as b:
        return [ratio(plan, 2, "HTTP PUT /counters/{key}?increment=1, memory ÷ bare HTTP", 0.65,
                      ("Purple", rate(a, INCREMENT)), ("bare", rate(b, INCREMENT)))]


def row3(plan):
    with servers.purple("--backend", "memory") as a, servers.bare_grpc(len(load.VALUE)) as b:
        fill.keys(a.port)
        return [ratio(plan, 3, "gRPC KvGet, memory ÷ bare gRPC", 0.75,
                      ("Purple", kv_get_rate(a.ports[1])), ("bare", kv_get_rate(b.port)))]


def row4(plan):
    with servers.purple("--backend", "disk") as a, servers.purple("--backend", "memory") as b:
        fill.keys(a.port)
        fill.keys(b.port)
        return [ratio(plan, 4, "HTTP GET /kv/{key}, disk ÷ memory", 0.5,
                      ("disk", rate(a, GET)), ("memory", rate(b, GET)))]


def row5(plan):
    rows = []
    for connections, target in ((64, 5), (512, 8)):
        with servers.purple("--backend", "disk", "--durability", "fsync") as a:
            rows.append(ratio(
                plan, 5, f"HTTP PUT /kv/{{key}}, disk fsync ÷ forced writes, {connections} connections",
                target, ("Purple", rate(a, PUT, connections=connections)),
                ("forced writes", forced_writes)))
    return rows


def forced_writes(seconds):
    """Forced writes of 4 KiB per second, one after the other, where the data of a server would be."""
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "forced_writes.py")
    return float(subprocess.run([sys.executable, program, str(seconds)], check=True,
                                capture_output=True, text=True, timeout=seconds + 30).stdout)


def row6(plan):
    with servers.redis() as redis, servers.webdis(redis.port, KV_DATABASE) as b:
        with servers.purple_on_redis(redis) as a:
            fill.keys(a.port)
            return [ratio(plan, 6, "HTTP GET /kv/{key}, redis ÷ webdis on the same Redis", 1.5,
                          ("Purple", rate(a, GET)), ("webdis", rate(b, Request("GET", "/GET/{key}"))))]


def row7(plan):
    return [layout_row(plan, "1", KV_DATABASE, KEY), layout_row(plan, "2", 0, entry_key("kv", KEY))]


def entry_key(service, name):
    """Where layout 2 has a value."""
    full = f"{service}:default:{name}"
    return f"p2:{{{hashlib.sha1(full.encode()).hexdigest()[:2]}}}:{full}"


def layout_row(plan, layout, database, key):
    with servers.redis() as redis, servers.purple_on_redis(redis, layout) as a:
        fill.keys(a.port)
        probe = load.redis_get(redis.port, database, key, 20_000)
        get = lambda seconds: load.redis_get(redis.port, database, key, int(probe * seconds))
        return ratio(plan, 7, f"gRPC KvGet, redis with layout {layout} ÷ redis-benchmark GET", 0.5,
                     ("Purple", kv_get_rate(a.ports[1])), ("redis-benchmark", get))


def row11(plan):
    return [row for backend in ("memory", "disk") for row in growth(plan, backend)]


def growth(plan, backend):
    """GET and PUT with many keys ÷ with 1,000."""
    many = plan.many_keys
    with servers.purple("--backend", backend) as lots, servers.purple("--backend", backend) as few:
        fill.keys(lots.port, many)
        fill.keys(few.port)
        return [ratio(plan, 11, f"{request.method} /kv/{{key}}, {backend}, {many:,} keys ÷ {load.KEYS:,}",
                      0.85, (f"{many:,}", rate(lots, request, keys=many)),
                      (f"{load.KEYS:,}", rate(few, request)),
                      note="" if many == 1_000_000 else "the target means 1,000,000 keys")
                for request in (GET, PUT)]
