"""The load generators: wrk for HTTP, h2load for gRPC, redis-benchmark for Redis. Closed loop: each
connection sends its next request when the last is answered. Each call returns requests per second
and refuses a run with errors."""

import http.client as http_client
import json
import re
import subprocess
import tempfile
import threading
import urllib.request

KEYS = 1000
MAX_REQUESTS = 50_000  # distinct requests that wrk keeps ready; of more keys a random choice
VALUE = "x" * 100


class LoadError(Exception):
    """A run whose figures mean nothing, because requests failed."""


def run(command, timeout):
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        raise LoadError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _lua(method, path, body, content_type, keys):
    """A wrk script that walks over the keys; {key} in the path stands for one."""
    headers = f'{{["Content-Type"]="{content_type}"}}' if content_type else "nil"
    text = f'"{body}"' if body else "nil"
    lua = f"""
local requests, at = {{}}, 0
init = function(args)
  for i = 1, {min(keys, MAX_REQUESTS)} do
    local key = math.random({keys})
    local path = string.gsub("{path}", "{{key}}", "key-" .. (i <= {keys} and {keys} <= {MAX_REQUESTS} and i or key))
    requests[i] = wrk.format("{method}", path, {headers}, {text})
  end
end
request = function()
  at = at % {min(keys, MAX_REQUESTS)} + 1
  return requests[at]
end
"""
    script = tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False)
    script.write(lua)
    script.close()
    return script.name


def http(port, method, path, connections=64, seconds=5, body=None, content_type=None, keys=KEYS):
    """Requests per second with wrk, and its latency in microseconds (p50, p99)."""
    script = _lua(method, path, body, content_type, keys)
    url = f"http://127.0.0.1:{port}"
    out = run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script, url],
        seconds + 30,
    )
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors:.*", out)
    if bad:
        raise LoadError(f"wrk {url}{path}: {bad.group(0)}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    return rate, _latency(out, "50%"), _latency(out, "99%")


def _latency(out, percentile):
    number, unit = re.search(rf"^\s+{percentile}\s+([\d.]+)(us|ms|s)$", out, re.M).groups()
    return float(number) * {"us": 1, "ms": 1000, "s": 1_000_000}[unit]


def grpc(port, method, message, connections=64, seconds=5):
    """Requests per second with h2load: one call in flight on each connection."""
    frame = b"\0" + len(message).to_bytes(4, "big") + message
    with tempfile.NamedTemporaryFile(suffix=".bin", delete=False) as data:
        data.write(frame)
    out = run(
        ["h2load", f"-c{connections}", "-m1", "-t1", f"-D{seconds}", "-d", data.name,
         "-H", "content-type: application/grpc", "-H", "te: trailers",
         f"http://127.0.0.1:{port}/{method}"],
        seconds + 30,
    )
    failed = re.search(r"(\d+) failed, (\d+) errored", out)
    if failed and (failed.group(1), failed.group(2)) != ("0", "0"):
        raise LoadError(f"h2load {method}: {failed.group(0)}")
    return float(re.search(r"finished in [\d.]+s, ([\d.]+) req/s", out).group(1))


def open_loop(port, path, rate, seconds):
    """The p99 latency in milliseconds at a fixed rate with oha: open loop, corrected for coordinated
    omission (the clock of a request starts when it was due)."""
    out = run(
        ["oha", "--no-tui", "--output-format", "json", "-c", "64", "-q", str(rate), "-z", f"{seconds}s",
         "--latency-correction", f"http://127.0.0.1:{port}{path}"],
        seconds + 30,
    )
    result = json.loads(out)
    failed = {status: n for status, n in result["statusCodeDistribution"].items() if status != "200"}
    if failed:
        raise LoadError(f"oha {path}: {failed}")
    return result["latencyPercentiles"]["p99"] * 1000


def redis_get(port, connections=64, requests=200_000):
    """GET per second with redis-benchmark, without pipelining."""
    out = run(
        ["redis-benchmark", "-p", str(port), "-c", str(connections), "-n", str(requests),
         "-d", str(len(VALUE)), "-r", str(KEYS), "-t", "get", "--csv"],
        120,
    )
    return float(re.search(r'^"GET","([\d.]+)"', out, re.M).group(1))


def put(port, path, body=None, content_type="application/octet-stream"):
    """One PUT, to fill a server before it is measured."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", method="PUT", data=body.encode() if body else None)
    if body:
        request.add_header("Content-Type", content_type)
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.read()


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
        return response.read()


def fill(port, keys):
    """Puts key-1 to key-N over 64 connections at once, so that a disk can write them in groups."""
    threads = [threading.Thread(target=_fill_part, args=(port, start, keys)) for start in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    get(port, f"/kv/key-{keys}")


def _fill_part(port, start, keys):
    connection = http_client.HTTPConnection("127.0.0.1", port, timeout=60)
    for i in range(start + 1, keys + 1, 64):
        connection.request("PUT", f"/kv/key-{i}", VALUE, {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 204:
            raise LoadError(f"PUT /kv/key-{i}: {answer.status}")


def fill_set(port, items):
    """Makes the set "big". Each add answers the whole set, so this takes minutes for 100,000."""
    connection = http_client.HTTPConnection("127.0.0.1", port, timeout=60)
    for i in range(items):
        connection.request("PUT", f"/sets/big?item={i}")
        connection.getresponse().read()
