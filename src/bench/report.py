"""The results: a table on the terminal, results.csv, results.md and two pictures (SVG)."""

import csv
import html
import os
import platform
import subprocess

COLUMNS = ["row", "name", "ratio", "low", "high", "target"]


class Row:
    """One line of the table. `ratio` is the median over the rounds, low and high their extremes;
    `figures` are the absolute medians behind it, for the reader."""

    def __init__(self, row, name, ratios, target, at_least, figures, unit=""):
        ordered = sorted(ratios)
        self.row, self.name, self.target, self.unit = row, name, target, unit
        self.low, self.high = ordered[0], ordered[-1]
        self.ratio = ordered[len(ordered) // 2]
        self.met = self.ratio >= target if at_least else self.ratio <= target
        self.sign = "≥" if at_least else "≤"
        self.figures = figures

    def cells(self):
        number = "%.1f" if abs(self.target) >= 20 else "%.2f"
        return [str(self.row), self.name, number % self.ratio + self.unit, number % self.low,
                number % self.high, f"{self.sign} {self.target:g}{self.unit}",
                "yes" if self.met else "NO", self.figures]


def machine():
    """What was measured on what."""
    def out(*command):
        done = subprocess.run(command, capture_output=True, text=True)
        lines = (done.stdout + done.stderr).strip().splitlines()
        return lines[0] if lines else ""

    with open("/proc/cpuinfo") as cpus:
        model = next((l.split(":")[1].strip() for l in cpus if l.startswith("model name")), "?")
    dirty = " with changes" if out("git", "status", "--porcelain") else ""
    return {
        "commit": out("git", "rev-parse", "--short", "HEAD") + dirty,
        "machine": f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}",
        "jdk": out("java", "-version"),
        "redis": out("redis-server", "--version"),
        "load generators": "wrk (Debian), " + out("h2load", "--version") + ", redis-benchmark",
    }


def write(folder, rows, quick):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "results.csv"), "w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS + ["met", "figures"])
        for r in rows:
            lines.writerow([r.row, r.name, f"{r.ratio:.4g}", f"{r.low:.4g}", f"{r.high:.4g}",
                            f"{r.sign} {r.target:g}", "yes" if r.met else "no", r.figures])
    header = ["row", "what", "median", "low", "high", "target", "met", "medians of both sides"]
    with open(os.path.join(folder, "results.md"), "w") as file:
        file.write("# Benchmark\n\n")
        if quick:
            file.write("A quick run: few and short rounds, for orientation only.\n\n")
        for name, value in machine().items():
            file.write(f"- {name}: {value}\n")
        file.write("\n| " + " | ".join(header) + " |\n|" + "---|" * len(header) + "\n")
        for r in rows:
            file.write("| " + " | ".join(r.cells()) + " |\n")
        file.write("\n![throughput](throughput.svg)\n\n![latency](latency.svg)\n")
    for picture, chosen in (("throughput", [r for r in rows if r.sign == "≥"]),
                            ("latency", [r for r in rows if r.sign == "≤"])):
        with open(os.path.join(folder, picture + ".svg"), "w") as file:
            file.write(bars(chosen))


def bars(rows):
    """Each row as a share of its target: the line is the target, the whisker the spread."""
    width, left, line, height = 900, 380, 640, 26
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height * len(rows) + 40}"'
           ' font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="white"/>']
    scale = lambda r, v: left + min(v / r.target, 1.9) * (line - left)
    for i, r in enumerate(rows):
        y = 10 + i * height
        colour = "#3a7d44" if r.met else "#b23a48"
        svg.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{html.escape(r.name)}</text>')
        svg.append(f'<rect x="{left}" y="{y + 3}" width="{scale(r, r.ratio) - left:.0f}" height="14"'
                   f' fill="{colour}"/>')
        svg.append(f'<line x1="{scale(r, r.low):.0f}" x2="{scale(r, r.high):.0f}" y1="{y + 10}"'
                   f' y2="{y + 10}" stroke="black"/>')
        svg.append(f'<text x="{width - 8}" y="{y + 14}" text-anchor="end">{r.ratio:.2f}{r.unit}'
                   f' ({r.sign} {r.target:g})</text>')
    bottom = 10 + len(rows) * height
    svg.append(f'<line x1="{line}" x2="{line}" y1="4" y2="{bottom}" stroke="#555" stroke-dasharray="4 3"/>')
    svg.append(f'<text x="{line}" y="{bottom + 18}" text-anchor="middle">target</text></svg>')
    return "\n".join(svg)
