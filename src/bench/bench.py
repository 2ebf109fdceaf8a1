#!/usr/bin/env python3
"""What Purple costs beside the bare thing: each row is a ratio of two servers that are measured in
turn in the same run (A B A B …), so that a busy or slow machine weighs on both sides alike.

    mvn -q package -DskipTests && src/bench/bench.py [--quick] [--rows 1,2,5]

Needs wrk, h2load, redis-server, redis-benchmark, webdis (Debian: wrk nghttp2-client redis webdis)
and oha (cargo install oha). Results: target/bench/results.csv, results.md and pictures.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time

import load
import report
import servers

TOOLS = {
    "java": "a JDK 17", "wrk": "apt-get install wrk", "h2load": "apt-get install nghttp2-client",
    "redis-server": "apt-get install redis-server", "redis-benchmark": "apt-get install redis-tools",
    "webdis": "apt-get install webdis", "oha": "cargo install oha --locked",
}


class Plan:
    def __init__(self, quick):
        self.rounds = 3 if quick else 7
        self.seconds = 2 if quick else 5
        self.warmup = 3 if quick else 12
        self.quick = quick


def alternate(plan, name, a, b):
    """Ratios a ÷ b of rounds taken in turn, after a warm-up of both; and the medians."""
    a(plan.warmup)
    b(plan.warmup)
    pairs = []
    for i in range(plan.rounds):
        pairs.append((a(plan.seconds), b(plan.seconds)))
        print(f"  {name}: round {i + 1} of {plan.rounds}: {pairs[-1][0]:,.1f} ÷ {pairs[-1][1]:,.1f}",
              flush=True)
    middle = lambda values: sorted(values)[len(values) // 2]
    figures = f"{middle([p[0] for p in pairs]):,.4g} ÷ {middle([p[1] for p in pairs]):,.4g}"
    return pairs, figures


def ratio_row(plan, row, name, target, a, b, at_least=True, unit=""):
    pairs, figures = alternate(plan, name, a, b)
    return report.Row(row, name, [x / y for x, y in pairs], target, at_least, figures, unit)


def rate(*args, **kwargs):
    return lambda seconds: load.http(*args, seconds=seconds, **kwargs)[0]


def memory(*options, **kwargs):
    return servers.purple("--backend", "memory", *options, **kwargs)


def row1(plan):
    with memory() as a, servers.bare("BareHttp", len(load.VALUE)) as b:
        load.fill(a.port, load.KEYS)
        path = "/kv/{key}"
        return [ratio_row(plan, 1, "HTTP GET /kv, memory ÷ bare HTTP", 0.75,
                          rate(a.port, "GET", path), rate(b.port, "GET", path))]


def row2(plan):
    with memory() as a, servers.bare("BareHttp", len(load.VALUE)) as b:
        path = "/counters/{key}?increment=1"
        return [ratio_row(plan, 2, "HTTP PUT /counters, memory ÷ bare HTTP", 0.65,
                          rate(a.port, "PUT", path), rate(b.port, "PUT", path))]


KV_GET = "purple.v1.KvService/KvGet"
KEY_MESSAGE = b"\x0a\x05key-1"


def row3(plan):
    with servers.purple_both("--backend", "memory") as a, servers.bare("BareGrpc", len(load.VALUE)) as b:
        load.fill(a.ports[0], load.KEYS)
        return [ratio_row(plan, 3, "gRPC KvGet, memory ÷ bare gRPC", 0.75,
                          lambda s: load.grpc(a.ports[1], KV_GET, KEY_MESSAGE, seconds=s),
                          lambda s: load.grpc(b.port, KV_GET, KEY_MESSAGE, seconds=s))]


def row4(plan):
    with servers.purple("--backend", "disk") as a, memory() as b:
        load.fill(a.port, load.KEYS)
        load.fill(b.port, load.KEYS)
        path = "/kv/{key}"
        return [ratio_row(plan, 4, "HTTP GET /kv, disk ÷ memory", 0.5,
                          rate(a.port, "GET", path), rate(b.port, "GET", path))]


def forced_writes(seconds):
    """Forced writes per second of the disk: 4 KiB and force, one after the other."""
    file, path = tempfile.mkstemp(prefix="purple-bench-")
    block, count, end = b"\0" * 4096, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        os.write(file, block)
        os.fsync(file)
        count += 1
    os.close(file)
    os.unlink(path)
    return count / seconds


def row5(plan):
    rows = []
    for connections, target in ((64, 5), (512, 8)):
        with servers.purple("--backend", "disk", "--durability", "fsync") as a:
            put = rate(a.port, "PUT", "/kv/{key}", connections=connections, body=load.VALUE,
                       content_type="application/octet-stream")
            rows.append(ratio_row(plan, 5, f"HTTP PUT /kv, disk fsync ÷ forced writes, {connections} conn.",
                                  target, put, forced_writes))
    return rows


def row6(plan):
    with servers.redis() as redis, servers.webdis(redis.port, 3) as b:
        with servers.purple("--backend", "redis", "--redis-url", f"redis://127.0.0.1:{redis.port}") as a:
            load.fill(a.port, load.KEYS)
            return [ratio_row(plan, 6, "HTTP GET /kv, redis ÷ webdis", 1.5,
                              rate(a.port, "GET", "/kv/{key}"),
                              rate(b.port, "GET", "/GET/{key}.raw"))]


def row7(plan):
    with servers.redis() as redis:
        with servers.purple_both("--backend", "redis", "--redis-url", f"redis://127.0.0.1:{redis.port}") as a:
            load.fill(a.ports[0], load.KEYS)
            return [ratio_row(plan, 7, "gRPC KvGet, redis ÷ redis-benchmark GET", 0.5,
                              lambda s: load.grpc(a.ports[1], KV_GET, KEY_MESSAGE, seconds=s),
                              lambda s: load.redis_get(redis.port, requests=60_000 * int(s)))]


def row8(plan):
    with memory() as a, servers.bare("BareHttp", len(load.VALUE)) as b:
        load.fill(a.port, load.KEYS)
        alternate(plan, "warm-up", rate(a.port, "GET", "/kv/{key}"), rate(b.port, "GET", "/kv/{key}"))
        half = int(load.http(b.port, "GET", "/kv/{key}", seconds=plan.seconds)[0] / 2)
        tails, figures = alternate(
            plan, f"p99 in ms at {half}/s",
            lambda s: load.open_loop(a.port, "/kv/key-1", half, s),
            lambda s: load.open_loop(b.port, "/kv/key-1", half, s))
        one = lambda port: lambda s: load.http(port, "GET", "/kv/{key}", connections=1, seconds=s)[1]
        medians, one_figures = alternate(plan, "median in µs, one in flight", one(a.port), one(b.port))
        return [
            report.Row(8, f"added p99 at {half}/s (half of bare), open loop", [x - y for x, y in tails],
                       1, False, figures.replace("÷", "−"), " ms"),
            report.Row(8, "added median, one request in flight", [x - y for x, y in medians],
                       30, False, one_figures.replace("÷", "−"), " µs"),
        ]


def first_answer(make):
    with make() as server:
        return server.first_answer()


def row9(plan):
    return [ratio_row(plan, 9, "start to first answer ÷ bare Vert.x", 1.6,
                      lambda s: first_answer(lambda: servers.purple("--backend", "disk")),
                      lambda s: first_answer(lambda: servers.bare("BareHttp", 100)), at_least=False)]


def row10(plan):
    minutes = 0.5 if plan.quick else 10
    with memory() as a:
        time.sleep(5)
        idle = a.resident_mb()
        load.fill(a.port, 100_000)
        load.http(a.port, "GET", "/kv/{key}", seconds=int(minutes * 60), keys=100_000)
        loaded = a.resident_mb()
    return [report.Row(10, "resident memory, idle", [idle], 150, False, f"{idle:.0f} MB", " MB"),
            report.Row(10, f"resident memory, 100,000 keys and {minutes:g} min of load", [loaded], 300,
                       False, f"{loaded:.0f} MB", " MB")]


def row11(plan):
    rows, many = [], 100_000 if plan.quick else 1_000_000
    for backend in ("memory", "disk"):
        with servers.purple("--backend", backend) as few, servers.purple("--backend", backend) as lots:
            load.fill(few.port, 1000)
            load.fill(lots.port, many)
            for method, body in (("GET", None), ("PUT", load.VALUE)):
                go = lambda port, keys: rate(port, method, "/kv/{key}", body=body, keys=keys,
                                             content_type=body and "application/octet-stream")
                rows.append(ratio_row(plan, 11, f"{method} /kv, {backend}, {many:,} keys ÷ 1,000", 0.85,
                                      go(lots.port, many), go(few.port, 1000)))
    return rows


def row12(plan):
    items, rows = 10_000 if plan.quick else 100_000, []
    for backend in ("memory", "disk"):
        with servers.purple("--backend", backend, "--durability", "process") as a:
            load.fill_set(a.port, items)
            names = iter(range(10**9))
            add = timed(lambda: load.put(a.port, f"/sets/big?item=new-{next(names)}"))
            get = timed(lambda: load.get(a.port, "/sets/big"))
            rows.append(ratio_row(plan, 12, f"set of {items:,} items, {backend}: add ÷ get", 1.2,
                                  add, get, at_least=False))
    return rows


def timed(call):
    """Milliseconds of a call: the median of those that fit into the time."""
    def go(seconds):
        times, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            start = time.monotonic()
            call()
            times.append((time.monotonic() - start) * 1000)
        return sorted(times)[len(times) // 2]
    return go


ROWS = {str(i): globals()[f"row{i}"] for i in range(1, 13)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a rough table in less than 5 minutes")
    parser.add_argument("--rows", default=",".join(ROWS), help="which rows, such as 1,2,5")
    parser.add_argument("--out", default=os.path.join(servers.ROOT, "target", "bench"))
    options = parser.parse_args()
    missing = [f"{tool} ({how})" for tool, how in TOOLS.items() if not shutil.which(tool)]
    if missing:
        sys.exit("missing: " + ", ".join(missing))
    if not os.path.exists(servers.JAR):
        sys.exit(f"missing: {servers.JAR} (mvn -q package -DskipTests)")
    plan, rows = Plan(options.quick), []
    servers.compiled()
    for number in options.rows.split(","):
        print(f"row {number}", flush=True)
        rows += ROWS[number](plan)
        report.write(options.out, rows, options.quick)
    print("\n" + "\n".join(" | ".join(r.cells()) for r in rows))
    print(f"\nwritten to {options.out}")


if __name__ == "__main__":
    main()
