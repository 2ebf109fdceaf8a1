#!/usr/bin/env python3
"""The most that rows 6, 7, 9 and 11 could reach on this machine: the least that Vert.x, or H2, can
do in Purple's place, against the same references. And what row 8 tells of two equal servers.

    mvn -q package -DskipTests && src/bench/ceilings.py [--quick] [--rows 6,7]
"""

import argparse
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import bench
import costs
import fill
import load
import report
import servers
from load import Request
from rounds import Plan, ratio
from throughput import ANSWER_BYTES, GET, KEY, KV_DATABASE, PUT, kv_get_rate, rate


def http_on_redis(plan):
    with servers.redis() as redis, servers.webdis(redis.port, KV_DATABASE) as b:
        with servers.purple_on_redis(redis) as purple:
            fill.keys(purple.port)
        with servers.bare_redis(redis.port, KV_DATABASE) as a:
            return [ratio(plan, 6, "bare Vert.x HTTP server on Redis ÷ webdis", 1.5,
                          ("bare", rate(a, GET)), ("webdis", rate(b, Request("GET", "/GET/{key}"))))]


def grpc_on_redis(plan):
    with servers.redis() as redis, servers.bare_grpc(len(load.VALUE)) as constant:
        with servers.purple_on_redis(redis) as purple:
            fill.keys(purple.port)
        probe = load.redis_get(redis.port, KV_DATABASE, KEY, 20_000)
        get = lambda seconds: load.redis_get(redis.port, KV_DATABASE, KEY, int(probe * seconds))
        with servers.bare_redis(redis.port, KV_DATABASE) as gateway:
            return [ratio(plan, 7, f"{name} ÷ redis-benchmark GET", 0.5,
                          ("bare", kv_get_rate(port)), ("redis-benchmark", get))
                    for name, port in (("bare Vert.x gRPC server on Redis", gateway.ports[1]),
                                       ("bare Vert.x gRPC server that answers a constant", constant.port))]


def equal_servers(plan):
    with servers.bare_http(ANSWER_BYTES) as a, servers.bare_http(ANSWER_BYTES) as b:
        return [costs.tail_row(plan, a, b, "a bare server", "another bare server")]


def start_of_the_stack(plan):
    once = lambda make: lambda seconds: servers.start_millis(make, "/")
    return [ratio(plan, 9, "start of bare HTTP and gRPC servers with five H2 databases ÷ bare HTTP server",
                  1.6, ("bare stack", once(servers.bare_stack)),
                  ("bare", once(lambda: servers.bare_http(ANSWER_BYTES))), "ms", at_least=False)]


class BareH2:
    """A process that runs statements on a table of so many keys when it is asked to."""

    def __init__(self, keys):
        self._data = tempfile.TemporaryDirectory(prefix="purple-bench-")
        self._process = subprocess.Popen(
            [*servers.JVM, "-cp", servers.CLASS_PATH, "BareH2", self._data.name, str(keys)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self._answer()  # it is filled
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(60)
        self._data.cleanup()

    def rate(self, statement):
        def measure(seconds):
            self._process.stdin.write(f"{statement} {seconds}\n")
            self._process.stdin.flush()
            return float(self._answer())
        return measure

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"BareH2 ended with {self._process.wait()}")
        return line


def h2_growth(plan):
    many = plan.many_keys
    with BareH2(many) as lots, BareH2(load.KEYS) as few:
        return [ratio(plan, 11, f"bare H2, {statement}, {many:,} keys ÷ {load.KEYS:,}", 0.85,
                      (f"{many:,}", lots.rate(statement)), (f"{load.KEYS:,}", few.rate(statement)))
                for statement in ("GET", "PUT")]


def map_growth(plan):
    many = plan.many_keys
    with servers.bare_map() as lots, servers.bare_map() as few:
        fill.keys(lots.port, many)
        fill.keys(few.port)
        return [ratio(plan, 11, f"bare Vert.x HTTP server with a map, {request.method}, {many:,} keys ÷ {load.KEYS:,}",
                      0.85, (f"{many:,}", rate(lots, request, keys=many)), (f"{load.KEYS:,}", rate(few, request)))
                for request in (GET, PUT)]


MEASURES = {6: [http_on_redis], 7: [grpc_on_redis], 8: [equal_servers], 9: [start_of_the_stack],
            11: [map_growth, h2_growth]}


def main():
    parser = argparse.ArgumentParser(description="What the stack can reach.")
    parser.add_argument("--quick", action="store_true", help="roughly")
    parser.add_argument("--rows", type=lambda text: [int(n) for n in text.split(",")], default=list(MEASURES))
    args = parser.parse_args()
    unknown = [row for row in args.rows if row not in MEASURES]
    if unknown:
        parser.error(f"--rows {unknown}: no ceiling is measured for it (expected: some of {list(MEASURES)})")
    bench.check_tools()
    servers.build()
    plan = Plan.of(args.quick, False)
    rows = [row for number in args.rows for measure in MEASURES[number] for row in measure(plan)]
    print("\n".join(" | ".join(report.cells(row)) for row in rows))


if __name__ == "__main__":
    main()
