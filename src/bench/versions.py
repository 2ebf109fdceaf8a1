#!/usr/bin/env python3
"""The rate of this build ÷ that of another jar of Purple: what a change has brought.

    mvn -q package -DskipTests && src/bench/versions.py other/purple.jar             # all
    mvn -q package -DskipTests && src/bench/versions.py other/purple.jar redis       # one backend
"""

import contextlib
import sys

sys.dont_write_bytecode = True

import fill
import load
import report
import servers
from rounds import Plan, ratio
from throughput import GET, INCREMENT, PUT, rate

JAR = servers.JAR
CASES = [  # the row that asks for it, backend, keys, requests
    (1, "memory", load.KEYS, [GET, PUT, INCREMENT]),
    (11, "disk", Plan.many_keys, [GET, PUT]),
    (6, "redis", load.KEYS, [GET, PUT, INCREMENT]),
]


def start(jar, backend, redis):
    servers.JAR = jar
    return servers.purple_on_redis(redis) if redis else servers.purple("--backend", backend)


def compare(plan, other, row, backend, keys, requests):
    with contextlib.ExitStack() as stack:
        redis = stack.enter_context(servers.redis()) if backend == "redis" else None
        a = stack.enter_context(start(JAR, backend, redis))
        b = stack.enter_context(start(other, backend, redis))
        fill.keys(a.port, keys)
        fill.keys(b.port, keys)
        return [ratio(plan, row,
                      f"HTTP {request.method} {request.path}, {backend}, {keys:,} keys, this build ÷ {other}",
                      1, ("this build", rate(a, request, keys=keys)),
                      ("other", rate(b, request, keys=keys)))
                for request in requests]


def main(other, backends):
    cases = [case for case in CASES if not backends or case[1] in backends]
    rows = [row for case in cases for row in compare(Plan(), other, *case)]
    print("\n".join(" | ".join(report.cells(row)) for row in rows))


if __name__ == "__main__":
    if len(sys.argv) < 2 or not {case[1] for case in CASES}.issuperset(sys.argv[2:]):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
