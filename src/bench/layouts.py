#!/usr/bin/env python3
"""The rate of layout 2 ÷ that of layout 1 of a Redis, each on a Redis of its own.

    mvn -q package -DskipTests && src/bench/layouts.py [--quick]
"""

import sys

sys.dont_write_bytecode = True

import fill
import report
import servers
from load import Request, VALUE
from rounds import Plan, ratio
from throughput import GET, INCREMENT, PUT, kv_get_rate, rate

ROW = 6
TARGET = 0.8
CASES = [
    ("HTTP GET /kv/{key}", GET),
    ("HTTP PUT /kv/{key}", PUT),
    ("HTTP PUT /counters/{key}?increment=1", INCREMENT),
    ("HTTP PUT /cache/{key}", Request("PUT", "/cache/{key}?ttl=600", VALUE)),
    ("HTTP GET /cache/{key}", Request("GET", "/cache/{key}")),
]


def main(plan):
    rows = []
    with servers.redis() as redis1, servers.redis() as redis2:
        with servers.purple_on_redis(redis1, "1") as one, servers.purple_on_redis(redis2, "2") as two:
            fill.keys(one.port)
            fill.keys(two.port)
            for name, request in CASES:
                rows.append(ratio(plan, ROW, f"{name}, layout 2 ÷ layout 1", TARGET,
                                  ("layout 2", rate(two, request)), ("layout 1", rate(one, request))))
            rows.append(ratio(plan, ROW, "gRPC KvGet, layout 2 ÷ layout 1", TARGET,
                              ("layout 2", kv_get_rate(two.ports[1])),
                              ("layout 1", kv_get_rate(one.ports[1]))))
    print("\n".join(" | ".join(report.cells(row)) for row in rows))


if __name__ == "__main__":
    main(Plan.of("--quick" in sys.argv, False))
