#!/usr/bin/env python3
"""Writes per second and processor time of a write in a cluster of three servers on this machine,
of two builds in turn: the first is before, the second after.

    src/bench/cluster_writes.py BEFORE.jar AFTER.jar [callers:seconds ...]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

NODES = 3
READY_SECONDS = 120
OPTIONS = os.path.join(os.path.dirname(__file__), "../../conf/jvm.options")
TURNS = ["64:20", "64:20", "64:20", "256:20", "256:20", "1:10", "64:20", "256:20"]
PUT = """
local value, id, n = string.rep("v", 100), 0, 0
function init(args) math.randomseed(os.time()) id = math.random(1, 1000000) end
function request() n = n + 1
  return wrk.format("PUT", "/kv/k" .. id .. "-" .. n % 10000,
    {["Content-Type"] = "application/octet-stream"}, value) end
"""


class Cluster:
    def __init__(self, jar, port, work):
        members = [f"127.0.0.1:{port + 10 * node}" for node in range(NODES)]
        with open(OPTIONS) as lines:
            options = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        self.http = [port + 100 + node for node in range(NODES)]
        self.nodes = [subprocess.Popen(
            ["java", *options, "-jar", jar, "--cluster", "--backend", "memory",
             "--cluster-members", ",".join(members), "--cluster-self", member,
             "--http-port", str(self.http[node]), "--grpc-port", str(port + 200 + node),
             "--data-dir", os.path.join(work, str(port), str(node))],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for node, member in enumerate(members)]

    def await_ready(self):
        end = time.time() + READY_SECONDS
        while not all(self.is_ready(port) for port in self.http):
            if time.time() > end:
                sys.exit(f"not ready after {READY_SECONDS} s")
            time.sleep(0.5)

    @staticmethod
    def is_ready(port):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2):
                return True
        except OSError:
            return False

    def processor_seconds(self):
        ticks = 0
        for node in self.nodes:
            with open(f"/proc/{node.pid}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def write(self, callers, seconds, script):
        """Answers writes per second, and the milliseconds of processor time of one."""
        before = self.processor_seconds()
        loads = [subprocess.Popen(
            ["wrk", "-t1", f"-c{callers // NODES + (node < callers % NODES)}", f"-d{seconds}s",
             "-s", script, f"http://127.0.0.1:{port}"], stdout=subprocess.PIPE, text=True)
            for node, port in enumerate(self.http) if node < callers]
        told = "".join(load.communicate()[0] for load in loads)
        if "Non-2xx" in told:
            sys.exit("some writes failed: " + told)
        writes = sum(int(number) for number in re.findall(r"(\d+) requests in", told))
        milliseconds = 1000 * (self.processor_seconds() - before)
        return writes / seconds, milliseconds / max(1, writes)

    def stop(self):
        for node in self.nodes:
            node.kill()
            node.wait()


def main(before, after, turns):
    work = tempfile.mkdtemp()
    script = os.path.join(work, "put.lua")
    with open(script, "w") as file:
        file.write(PUT)
    clusters = []
    try:
        for number, jar in enumerate((before, after)):
            clusters.append(Cluster(jar, 21_000 + 1_000 * number, work))
        for cluster in clusters:
            cluster.await_ready()
        for turn in turns:
            callers, seconds = (int(part) for part in turn.split(":"))
            (rate, cost), (new_rate, new_cost) = (
                cluster.write(callers, seconds, script) for cluster in clusters)
            print(f"{callers} callers: {rate:.0f} and {new_rate:.0f} writes/s ({new_rate / rate:.2f});"
                  f" {cost:.2f} and {new_cost:.2f} ms of a processor each ({new_cost / cost:.2f})",
                  flush=True)
    finally:
        for cluster in clusters:
            cluster.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:] or TURNS)
