#!/usr/bin/env python3
"""Instructions and cycles that a request costs the server, user and kernel: a figure that a busy
machine hardly disturbs, for comparing two states of the code.

    mvn -q package -DskipTests && src/bench/instructions.py [jar ...]

Needs perf (Debian: linux-perf) and wrk. Without arguments it measures target/purple.jar.
"""

import subprocess
import sys
import tempfile

import fill
import load
import servers
from throughput import ANSWER_BYTES, GET, INCREMENT, PUT

EVENTS = "instructions:u,instructions:k,cycles"
WARMUP_SECONDS = 10
SECONDS = 5


def main(jars):
    servers.build()
    with servers.bare_http(ANSWER_BYTES) as server:
        tell("bare HTTP", "GET", server, GET)
    for jar in jars:
        servers.JAR = jar
        for backend in ("memory", "disk"):
            with servers.purple("--backend", backend) as server:
                fill.keys(server.port)
                for name, request in (("GET", GET), ("increment", INCREMENT), ("PUT", PUT)):
                    tell(f"{jar} {backend}", name, server, request)


def tell(what, name, server, request):
    load.http(server.port, request, seconds=WARMUP_SECONDS)
    with tempfile.NamedTemporaryFile("r") as counts:
        perf = subprocess.Popen(["perf", "stat", "-x,", "-o", counts.name, "-e", EVENTS,
                                 "-p", str(server.process.pid)])
        requests = load.http(server.port, request, seconds=SECONDS).rate * SECONDS
        perf.send_signal(2)
        perf.wait()
        user, kernel, cycles = (float(line.split(",")[0]) / requests
                                for line in counts if line[0].isdigit())
    print(f"{what}, {name}: {user:,.0f} user + {kernel:,.0f} kernel instructions, {cycles:,.0f} cycles",
          flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or [servers.JAR])
