#!/usr/bin/env python3
"""The rate of this build ÷ that of another jar of Purple, on memory: what a change has brought.

    mvn -q package -DskipTests && src/bench/versions.py other/purple.jar
"""

import sys

sys.dont_write_bytecode = True

import fill
import report
import servers
from rounds import Plan, ratio
from throughput import GET, INCREMENT, rate


def main(other):
    plan = Plan()
    now = servers.purple("--backend", "memory")
    servers.JAR = other
    before = servers.purple("--backend", "memory")
    with now as a, before as b:
        fill.keys(a.port)
        fill.keys(b.port)
        rows = [ratio(plan, number, f"HTTP {request.method} {request.path}, this build ÷ {other}", 1,
                      ("this build", rate(a, request)), ("other", rate(b, request)))
                for number, request in ((1, GET), (2, INCREMENT))]
    print("\n".join(" | ".join(report.cells(row)) for row in rows))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
