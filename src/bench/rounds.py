"""How a row is measured: two sides in turn (A B A B …), after a warm-up of both."""

import statistics
import sys
import time
from dataclasses import dataclass, field

import flight
import servers


@dataclass(frozen=True)
class Plan:
    """How long things are measured."""

    quick: bool = False
    profile: bool = False
    rounds: int = 5
    seconds: int = 4  # of one side in one round
    warmup: int = 10
    load_seconds: int = 600  # of the row that tells the memory after a long load
    many_keys: int = 1_000_000
    set_items: int = 100_000

    @staticmethod
    def of(quick, profile):
        if quick:
            return Plan(quick, profile, 3, 1, 2, load_seconds=10, many_keys=100_000, set_items=10_000)
        return Plan(quick, profile)


@dataclass(frozen=True)
class Side:
    """One side of a row: what it is, and its figure in each round."""

    name: str
    unit: str
    values: list

    @property
    def median(self):
        return statistics.median(self.values)


@dataclass(frozen=True)
class Row:
    """One line of the table: its result in each round, and the two sides behind it."""

    row: int
    name: str
    results: list
    target: float
    at_least: bool = True
    unit: str = ""
    sides: tuple = ()
    note: str = ""
    latency: dict = field(default_factory=dict)  # side → percentile → milliseconds

    @property
    def ratio(self):
        return statistics.median(self.results)

    @property
    def low(self):
        return min(self.results)

    @property
    def high(self):
        return max(self.results)

    @property
    def sign(self):
        return "≥" if self.at_least else "≤"

    @property
    def met(self):
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    @property
    def figures(self):
        """The medians of both sides, and what else a reader must know."""
        sides = " : ".join(f"{side.name} {side.median:,.4g} {side.unit}" for side in self.sides)
        return "; ".join(text for text in (sides, self.note) if text)


def alternate(plan, name, a, b, unit="req/s"):
    """Measures two sides in turn. Each is a pair: its name, and what tells its figure when it is
    given the seconds to take."""
    sides = (Side(a[0], unit, []), Side(b[0], unit, []))
    if plan.warmup:
        tell(f"{name}: warm-up")
        a[1](plan.warmup)
        b[1](plan.warmup)
    if plan.profile:
        flight.start_all(servers.Server.running)
    for number in range(plan.rounds):
        for side, (_, measure) in zip(sides, (a, b)):
            side.values.append(measure(plan.seconds))
        tell(f"{name}: round {number + 1} of {plan.rounds}: {sides[0].name}"
             f" {sides[0].values[-1]:,.4g}, {sides[1].name} {sides[1].values[-1]:,.4g} {unit}")
    return sides


def ratio(plan, row, name, target, a, b, unit="req/s", at_least=True, note=""):
    """A row that tells A ÷ B."""
    sides = alternate(plan, name, a, b, unit)
    results = [x / y for x, y in zip(sides[0].values, sides[1].values)]
    return Row(row, name, results, target, at_least, "", sides, note)


def difference(sides):
    """What A has more than B in each round."""
    return [x - y for x, y in zip(sides[0].values, sides[1].values)]


_started = time.monotonic()


def tell(text):
    """Progress, with the time since the start."""
    print(f"[{time.monotonic() - _started:5.0f} s] {text}", file=sys.stderr, flush=True)
