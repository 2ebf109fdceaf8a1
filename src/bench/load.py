"""The load generators: wrk for HTTP, h2load for gRPC, oha for an open loop, redis-benchmark for
Redis. Each call refuses a run in which a request failed: its figures would mean nothing."""

import json
import random
import re
import subprocess
import tempfile
from dataclasses import dataclass
from typing import Optional

KEYS = 1000
FIRST_KEY = 1_000_000  # so that all keys have the same length, however many there are
CONNECTIONS = 64
THREADS = 2  # one alone cannot ask as fast as a bare server on two processors answers
VALUE = "x" * 100
LATENCY_UNITS = {"us": 1, "ms": 1000, "s": 1_000_000}


class LoadError(Exception):
    """A run whose figures mean nothing, because requests failed."""


@dataclass(frozen=True)
class Request:
    """A request; {key} in its path stands for one of the keys, by chance."""

    method: str
    path: str
    body: Optional[str] = None


@dataclass(frozen=True)
class HttpRun:
    """What wrk found: requests per second, latencies in microseconds."""

    rate: float
    p50: float
    p99: float


def run(command, timeout):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired as late:
        raise LoadError(f"{command[0]} did not end in {timeout} s") from late
    if done.returncode != 0:
        raise LoadError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def http(port, *requests, seconds, connections=CONNECTIONS, keys=KEYS):
    """Closed loop with wrk: each connection sends its next request when the last is answered."""
    out = wrk_output(port, _random_keys(requests, keys), seconds, connections)
    bad = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors:.*", out)
    if bad:
        raise LoadError(f"wrk {requests}: {bad.group(0)}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    return HttpRun(rate, _latency(out, 50), _latency(out, 99))


def wrk_output(port, script, seconds, connections=CONNECTIONS):
    """Runs a script in wrk; what it printed."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        return run(["wrk", f"-t{min(THREADS, connections)}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency",
                    "-s", file.name, f"http://127.0.0.1:{port}"], seconds + 30)


def _latency(out, percentile):
    number, unit = re.search(rf"^\s+{percentile}%\s+([\d.]+)(us|ms|s)$", out, re.M).groups()
    return float(number) * LATENCY_UNITS[unit]


def _random_keys(requests, keys):
    """A wrk script that sends the requests in turn, each with a random key."""
    return lua_templates(requests) + f"""
math.randomseed({random.randrange(2**31)})
local at = 0
request = function()
  at = at % #templates + 1
  return with_key(templates[at], math.random(0, {keys - 1}))
end
"""


def lua_templates(requests):
    """The part of a wrk script that prepares requests, cut at the place of their key."""
    formatted = "".join(
        '  templates[#templates + 1] = cut(wrk.format("%s", "%s", headers, %s))\n'
        % (r.method, r.path, f'"{r.body}"' if r.body else "nil") for r in requests)
    content_type = '{["Content-Type"] = "application/octet-stream"}'
    return f"""
local templates = {{}}
local function cut(text)
  local from, to = string.find(text, "{{key}}", 1, true)
  if not from then return {{text}} end
  return {{string.sub(text, 1, from - 1), string.sub(text, to + 1)}}
end
local function with_key(template, number)
  if not template[2] then return template[1] end
  return template[1] .. "key-" .. ({FIRST_KEY} + number) .. template[2]
end
init = function()
  local headers = {content_type if any(r.body for r in requests) else "nil"}
{formatted}end
"""


def grpc(port, method, message, answer_bytes, seconds):
    """Calls per second, closed loop with h2load: one call in flight on each connection. A call
    that fails has no message in its answer, so the bytes of the answers tell."""
    with tempfile.NamedTemporaryFile(suffix=".bin") as data:
        data.write(b"\0" + len(message).to_bytes(4, "big") + message)
        data.flush()
        out = run(["h2load", f"-c{CONNECTIONS}", "-m1", f"-t{THREADS}", f"-D{seconds}", "-d", data.name,
                   "-H", "content-type: application/grpc", "-H", "te: trailers",
                   f"http://127.0.0.1:{port}/{method}"], seconds + 30)
    done, failed, errored = map(int, re.search(
        r"(\d+) done, \d+ succeeded, (\d+) failed, (\d+) errored", out).groups())
    answered = int(re.search(r"\((\d+)\) data", out).group(1))
    if failed or errored or done == 0 or answered < done * answer_bytes:
        raise LoadError(f"h2load {method}: {done} done, {failed} failed, {errored} errored,"
                        f" {answered} bytes of answers (expected: {answer_bytes} each)")
    return float(re.search(r"finished in [\d.]+s, ([\d.]+) req/s", out).group(1))


@dataclass(frozen=True)
class OpenRun:
    """What oha found: requests per second, and the latency in milliseconds by percentile."""

    rate: float
    latency: dict


def open_loop(port, path, rate, seconds):
    """A fixed rate with oha: open loop, safe from coordinated omission, because the clock of a
    request starts when it was due."""
    result = json.loads(run(
        ["oha", "--no-tui", "--output-format", "json", "-c", str(CONNECTIONS), "-q", str(rate),
         "-z", f"{seconds}s", "--latency-correction", f"http://127.0.0.1:{port}{path}"], seconds + 30))
    failed = {status: n for status, n in result["statusCodeDistribution"].items() if status != "200"}
    broken = {e: n for e, n in result["errorDistribution"].items() if e != "aborted due to deadline"}
    if failed or broken:
        raise LoadError(f"oha {path}: {failed or broken}")
    latency = {p: seconds * 1000 for p, seconds in result["latencyPercentiles"].items()}
    return OpenRun(result["summary"]["requestsPerSec"], latency)


def redis_get(port, database, key, requests):
    """GET of a key per second with redis-benchmark: closed loop, without pipelining."""
    out = run(["redis-benchmark", "-p", str(port), "--dbnum", str(database), "-c", str(CONNECTIONS),
               "-n", str(requests), "--csv", "GET", key], 120)
    return float(re.search(r'"GET [^"]*","([\d.]+)"', out).group(1))
