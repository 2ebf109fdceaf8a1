"""The pictures of the results, as SVG: each row against its target, rates, latencies."""

import html
import math

WIDTH, LEFT, LINE_HEIGHT = 1000, 470, 26
PERCENTILES = ["p50", "p75", "p90", "p95", "p99", "p99.9"]
COLOURS = ["#35618f", "#c08a3e"]
MET, MISSED = "#3a7d44", "#b23a48"


def all_of(rows):
    """File name → picture; only those that there is something to show in."""
    rates = [row for row in rows if row.sides and row.sides[0].unit == "req/s"]
    tail = next((row for row in rows if row.latency), None)
    found = {"targets.svg": targets(rows) if rows else None,
             "throughput.svg": throughput(rates) if rates else None,
             "latency.svg": latency(tail) if tail else None}
    return {name: picture for name, picture in found.items() if picture}


def targets(rows):
    """Each row as a share of its target; the whisker is the spread."""
    line = LEFT + 250
    scale = lambda row, value: LEFT + max(0, min(value / row.target, 1.6)) * (line - LEFT)
    parts = []
    for i, row in enumerate(rows):
        y = 10 + i * LINE_HEIGHT
        parts.append(_text(LEFT - 8, y + 14, row.name, "end"))
        parts.append(_bar(LEFT, y + 3, scale(row, row.ratio) - LEFT, 14, MET if row.met else MISSED))
        parts.append(f'<line x1="{scale(row, row.low):.0f}" x2="{scale(row, row.high):.0f}"'
                     f' y1="{y + 10}" y2="{y + 10}" stroke="black"/>')
        value = f"{row.ratio:.2f}{row.unit} ({row.sign} {row.target:g})"
        parts.append(_text(WIDTH - 8, y + 14, value, "end"))
    bottom = 10 + len(rows) * LINE_HEIGHT
    parts.append(f'<line x1="{line}" x2="{line}" y1="4" y2="{bottom}" stroke="#555"'
                 ' stroke-dasharray="4 3"/>')
    parts.append(_text(line, bottom + 18, "target", "middle"))
    return _svg(bottom + 30, parts)


def throughput(rows):
    """The rates of both sides of each row."""
    most = max(side.median for row in rows for side in row.sides)
    parts = []
    for i, row in enumerate(rows):
        y = 10 + i * 2 * LINE_HEIGHT
        parts.append(_text(LEFT - 8, y + 24, row.name, "end"))
        for j, side in enumerate(row.sides):
            length = side.median / most * (WIDTH - LEFT - 200)
            parts.append(_bar(LEFT, y + 20 * j, length, 16, COLOURS[j]))
            parts.append(_text(LEFT + length + 6, y + 20 * j + 13, f"{side.median:,.0f}/s {side.name}"))
    return _svg(20 + len(rows) * 2 * LINE_HEIGHT, parts)


def latency(row):
    """Latency over percentiles at the fixed rate, on a logarithmic scale."""
    values = [v for side in row.latency.values() for p, v in side.items() if p in PERCENTILES]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    x = lambda i: 90 + i * 150
    y = lambda ms: 330 - (math.log10(ms) - low) / max(1, high - low) * 290
    parts = [_text(90, 20, f"Latency at a fixed rate ({html.escape(row.note)})")]
    for power in range(low, high + 1):
        level = y(10**power)
        parts.append(f'<line x1="90" x2="860" y1="{level:.0f}" y2="{level:.0f}" stroke="#ddd"/>')
        parts.append(_text(82, level + 4, f"{10**power:g} ms", "end"))
    parts += [_text(x(i), 352, p, "middle") for i, p in enumerate(PERCENTILES)]
    for colour, (name, side) in zip(COLOURS, row.latency.items()):
        points = " ".join(f"{x(i)},{y(side[p]):.1f}" for i, p in enumerate(PERCENTILES))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        last = side[PERCENTILES[-1]]
        parts.append(_text(x(len(PERCENTILES) - 1) + 8, y(last) + 4, f"{name} {last:.2f} ms"))
    return _svg(370, parts)


def _svg(height, parts):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
            ' font-family="sans-serif" font-size="12">')
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>"])


def _text(x, y, text, anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def _bar(x, y, width, height, colour):
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height}" fill="{colour}"/>'
