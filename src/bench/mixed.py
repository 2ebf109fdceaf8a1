#!/usr/bin/env python3
"""The rate of writes to several services in turn ÷ that of writes to one of them, on disk: what
services cost each other that share a log, or have one each.

    mvn -q package -DskipTests && src/bench/mixed.py
    mvn -q package -DskipTests && src/bench/mixed.py other/purple.jar     # of another build
"""

import sys

sys.dont_write_bytecode = True

import report
import servers
from load import Request
from rounds import Plan, ratio
from throughput import INCREMENT, PUT, rate

FLAG = Request("PUT", "/flags/{key}?value=true")
CACHE = Request("PUT", "/cache/{key}?value=v&ttl=3600")
ADD = Request("PUT", "/sets/{key}?item=i")
REMOVE = Request("DELETE", "/sets/{key}?item=i")

MIXES = {
    "values, counters and flags": [PUT, INCREMENT, FLAG],
    "all five": [PUT, INCREMENT, FLAG, CACHE, ADD, REMOVE],
}


def compare(plan, name, requests):
    with servers.purple("--backend", "disk", "--durability", "fsync") as server:
        return ratio(plan, 5, f"writes to {name} in turn ÷ to values alone, disk with fsync", 0.9,
                     (name, rate(server, *requests)), ("values", rate(server, PUT)))


def main():
    rows = [compare(Plan(), name, requests) for name, requests in MIXES.items()]
    print("\n".join(" | ".join(report.cells(row)) for row in rows))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    if len(sys.argv) == 2:
        servers.JAR = sys.argv[1]
    main()
