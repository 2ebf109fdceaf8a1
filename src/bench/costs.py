"""The rows that compare times and sizes: 8, 9, 10 and 12."""

import statistics
import time

import fill
import flight
import load
import servers
from load import Request
from rounds import Row, alternate, difference, ratio, tell
from throughput import ANSWER_BYTES, GET, KEY, PUT, rate

LONG_KEYS = 100_000
SET_DATABASE = 4
ADD = Request("PUT", f"/sets/{fill.SET}?item={{key}}")
ITEMS = Request("GET", f"/sets/{fill.SET}")
NEW_ITEMS = 1_000_000_000  # so many that an addition nearly always adds


def row8(plan):
    with servers.purple("--backend", "memory") as a, servers.bare_http(ANSWER_BYTES) as b:
        fill.keys(a.port)
        return [tail_row(plan, a, b), single_row(plan, a, b)]


def tail_row(plan, a, b, one="Purple", other="bare"):
    """The p99 that one server adds at half of what the other can serve; open loop."""
    _, most = alternate(plan, "8 most of each", (one, rate(a, GET)), (other, rate(b, GET)))
    half = int(most.median / 2)
    runs = {one: [], other: []}

    def p99(name, server):
        def measure(seconds):
            runs[name].append(load.open_loop(server.port, f"/kv/{KEY}", half, seconds))
            return runs[name][-1].latency["p99"]
        return name, measure

    name = f"added p99 of {one} at half of the bare server's rate, memory"
    sides = alternate(plan, name, p99(one, a), p99(other, b), "ms")
    slowest = min(run.rate for both in runs.values() for run in both)
    return Row(8, name, difference(sides), 1, False, " ms", sides,
               f"{half:,} req/s wanted, {slowest:,.0f} reached at least",
               {side: percentiles(all_runs[-plan.rounds:]) for side, all_runs in runs.items()})


def percentiles(runs):
    """The median over runs of each percentile."""
    return {p: statistics.median(run.latency[p] for run in runs) for p in runs[0].latency}


def single_row(plan, a, b):
    """The median that Purple adds when one request is in flight."""
    def median(server):
        return lambda seconds: load.http(server.port, GET, seconds=seconds, connections=1).p50

    name = "added median with one request in flight, memory"
    sides = alternate(plan, name, ("Purple", median(a)), ("bare", median(b)), "µs")
    return Row(8, name, difference(sides), 30, False, " µs", sides)


def row9(plan):
    name = "start of the jar to the first answer ÷ bare Vert.x server"
    return [start_row(plan, name, True),
            start_row(plan, name + ", Purple without its class archive", False)]


def start_row(plan, name, archive):
    once = lambda make, path: lambda seconds: servers.start_millis(make, path)
    return ratio(plan, 9, name, 1.6,
                 ("Purple", once(lambda: servers.purple(archive=archive), "/counters/start")),
                 ("bare", once(lambda: servers.bare_http(ANSWER_BYTES), "/")), "ms", at_least=False)


def row10(plan):
    with servers.purple("--backend", "memory") as a:
        time.sleep(5)
        idle = a.resident_mb()
        fill.keys(a.port, LONG_KEYS)
        if plan.profile:
            flight.start_all([a])
        tell(f"10: {plan.load_seconds} s of load")
        load.http(a.port, GET, PUT, seconds=plan.load_seconds, keys=LONG_KEYS)
        loaded = a.resident_mb()
    note = "" if plan.load_seconds == 600 else "the target means 600 s"
    return [Row(10, "resident memory, idle", [idle], 150, False, " MB"),
            Row(10, f"resident memory, {LONG_KEYS:,} keys, after {plan.load_seconds} s of GET and PUT",
                [loaded], 300, False, " MB", note=note)]


def row12(plan):
    items, rows = plan.set_items, []
    tell(f"12: filling a set of {items:,} items")
    with fill.memory_set(items) as a:
        rows.append(set_row(plan, "memory", a))
    with servers.purple("--backend", "disk", data=fill.disk_set(items)) as a:
        rows.append(set_row(plan, "disk", a))
    with servers.redis() as redis, servers.purple_on_redis(redis) as a:
        fill.redis_set(redis.port, SET_DATABASE, items)
        rows.append(set_row(plan, "redis with layout 1", a))
    with servers.redis() as redis, servers.purple_on_redis(redis, "2") as a:
        fill.redis_entries(redis.port, items)
        rows.append(set_row(plan, "redis with layout 2", a))
    return rows


def set_row(plan, backend, server):
    """The time of an addition to a large set ÷ of a get of it; both answer the whole set."""
    def millis(request):
        return lambda seconds: load.http(
            server.port, request, seconds=seconds, connections=1, keys=NEW_ITEMS).p50 / 1000

    items = plan.set_items
    return ratio(plan, 12, f"set of {items:,} items, {backend}: time of add ÷ get", 1.2,
                 ("add", millis(ADD)), ("get", millis(ITEMS)), "ms", at_least=False,
                 note="" if items == 100_000 else "the target means 100,000 items")
