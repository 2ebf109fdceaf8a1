"""The results: a table, results.csv, results.md, rounds.csv, and three pictures (SVG)."""

import csv
import datetime
import os
import platform
import re
import resource
import subprocess
import xml.etree.ElementTree as xml

import pictures
import servers

COLUMNS = ["row", "name", "ratio", "low", "high", "target", "met", "unit", "figures"]
HEADER = ["row", "what", "median", "low", "high", "target", "met", "medians of the two sides"]


def _processor_seconds():
    """Of all processors since the boot: in all; busy; given to others by the host of a virtual
    machine; and how much of it this program and what it started and saw end have used."""
    with open("/proc/stat") as stat:
        times = [int(time) / os.sysconf("SC_CLK_TCK") for time in stat.readline().split()[1:9]]
    stolen = times[7]
    idle = times[3] + times[4]
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(times), sum(times) - idle - stolen, stolen, sum(u.ru_utime + u.ru_stime for u in own)


AT_START = _processor_seconds()


def _surroundings():
    """What else weighed on the machine during the run; near 0 when it was quiet."""
    total, busy, stolen, own = (now - then for now, then in zip(_processor_seconds(), AT_START))
    share = lambda seconds: f"{100 * max(0, seconds) / max(1, total):.0f} %"
    return f"{share(busy - own)} of the processors used by others, {share(stolen)} taken by the host"


def machine():
    """What was measured on what, with which tools."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} × {_cpu()}, {_memory()}, {platform.system()} {platform.release()}",
        "others": _surroundings(),
        "JDK": _first_line("java", "-version"),
        "Vert.x": _property("vertx.version"),
        "H2": _property("h2.version"),
        "Redis": _first_line("redis-server", "--version"),
        "load generators": ", ".join([
            " ".join(_first_line("wrk", "-v").split()[:2]), _first_line("h2load", "--version"),
            _first_line("oha", "--version"), _first_line("redis-benchmark", "--version")]),
        "webdis": _package_version("webdis"),
    }


def _first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if lines else "?"


def _commit():
    git = lambda *command: subprocess.run(["git", "-C", servers.ROOT, *command], capture_output=True,
                                          text=True).stdout.strip()
    changed = git("status", "--porcelain", "--untracked-files=no")
    return (git("rev-parse", "--short", "HEAD") or "?") + (" with changes" if changed else "")


def _cpu():
    with open("/proc/cpuinfo") as cpus:
        return next((line.split(":")[1].strip() for line in cpus if line.startswith("model name")), "?")


def _memory():
    with open("/proc/meminfo") as memory:
        return f"{int(memory.readline().split()[1]) / 2**20:.0f} GiB"


def _property(name):
    pom = xml.parse(os.path.join(servers.ROOT, "pom.xml"))
    return pom.findtext(f".//{{*}}properties/{{*}}{name}") or "?"


def _package_version(name):
    """Webdis cannot tell its version: it would start."""
    try:
        return _first_line("dpkg-query", "-W", "-f", "${Version}\n", name)
    except FileNotFoundError:
        return "?"


def cells(row):
    number = "%.0f" if row.unit == " MB" else "%.2f"
    return [str(row.row), row.name, number % row.ratio + row.unit, number % row.low, number % row.high,
            f"{row.sign} {row.target:g}{row.unit}", "yes" if row.met else "NO", row.figures]


def write(folder, rows, failures, plan):
    """Writes all files; after each row, so that a run that is stopped leaves what it has."""
    os.makedirs(folder, exist_ok=True)
    _write_csv(os.path.join(folder, "results.csv"), COLUMNS, (
        [r.row, r.name, f"{r.ratio:.4g}", f"{r.low:.4g}", f"{r.high:.4g}", f"{r.sign} {r.target:g}",
         "yes" if r.met else "no", r.unit.strip(), r.figures] for r in rows))
    _write_csv(os.path.join(folder, "rounds.csv"), ["row", "name", "round", "side", "value", "unit"], (
        [r.row, r.name, i + 1, side.name, f"{value:.6g}", side.unit]
        for r in rows for side in r.sides for i, value in enumerate(side.values)))
    with open(os.path.join(folder, "results.md"), "w") as file:
        file.write(markdown(rows, failures, plan))
    for name, picture in pictures.all_of(rows).items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(picture)


def _write_csv(path, header, lines):
    with open(path, "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(header)
        table.writerows(lines)


def markdown(rows, failures, plan):
    lines = ["# Benchmark", ""]
    if plan.quick:
        lines += ["A quick run: few and short rounds after a short warm-up, for orientation only.", ""]
    lines += [f"- {name}: {value}" for name, value in machine().items()]
    lines += [f"- rounds: {plan.rounds} of {plan.seconds} s for each side, in turn, after {plan.warmup} s"
              " of warm-up; median, lowest and highest", ""]
    lines += ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    lines += ["| " + " | ".join(cells(r)) + " |" for r in rows]
    lines += [""] + [f"- row {number} failed: {reason}" for number, reason in failures.items()]
    lines += [""] + [f"![{re.sub('.svg$', '', name)}]({name})" for name in pictures.all_of(rows)]
    return "\n".join(lines) + "\n"
