#!/usr/bin/env python3
"""The most that rows 6 and 7 could reach on this machine: the least that a Vert.x server can do in
Purple's place, against the same references.

    mvn -q package -DskipTests && src/bench/ceilings.py [--quick]
"""

import sys

sys.dont_write_bytecode = True

import bench
import fill
import load
import report
import servers
from load import Request
from rounds import Plan, ratio
from throughput import GET, KEY, KV_DATABASE, kv_get_rate, rate


def http_on_redis(plan):
    with servers.redis() as redis, servers.webdis(redis.port, KV_DATABASE) as b:
        with servers.purple_on_redis(redis) as purple:
            fill.keys(purple.port)
        with servers.bare_redis(redis.port, KV_DATABASE) as a:
            return ratio(plan, 6, "bare Vert.x HTTP server on Redis ÷ webdis", 1.5,
                         ("bare", rate(a, GET)), ("webdis", rate(b, Request("GET", "/GET/{key}"))))


def grpc_without_redis(plan):
    with servers.redis() as redis, servers.bare_grpc(len(load.VALUE)) as a:
        with servers.purple_on_redis(redis) as purple:
            fill.keys(purple.port)
        probe = load.redis_get(redis.port, KV_DATABASE, KEY, 20_000)
        get = lambda seconds: load.redis_get(redis.port, KV_DATABASE, KEY, int(probe * seconds))
        return ratio(plan, 7, "bare Vert.x gRPC server that answers a constant ÷ redis-benchmark GET",
                     0.5, ("bare", kv_get_rate(a.port)), ("redis-benchmark", get))


def main():
    bench.check_tools()
    servers.build()
    plan = Plan.of("--quick" in sys.argv[1:], False)
    rows = [http_on_redis(plan), grpc_without_redis(plan)]
    print("\n".join(" | ".join(report.cells(row)) for row in rows))


if __name__ == "__main__":
    main()
