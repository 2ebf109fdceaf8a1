#!/usr/bin/env python3
"""What Purple costs beside the bare thing: each row is a ratio of two sides that are measured in
turn in the same run (A B A B …), so that a busy or slow machine weighs on both alike.

    mvn -q package -DskipTests && src/bench/bench.py [--quick] [--rows 1,2,5]
    mvn -q package -DskipTests && src/bench/bench.py --profile 1

Results are written to target/bench: results.md, results.csv, rounds.csv and pictures.
"""

import argparse
import os
import shutil
import signal
import sys

sys.dont_write_bytecode = True

import costs
import flight
import report
import servers
import throughput
from rounds import Plan, tell

TOOLS = {
    "java": "apt-get install openjdk-17-jdk-headless",
    "javac": "apt-get install openjdk-17-jdk-headless",
    "wrk": "apt-get install wrk",
    "h2load": "apt-get install nghttp2-client",
    "oha": "cargo install oha --locked",
    "redis-server": "apt-get install redis-server",
    "redis-benchmark": "apt-get install redis-tools",
    "redis-cli": "apt-get install redis-tools",
    "webdis": "apt-get install webdis",
}
ROWS = {
    1: throughput.row1, 2: throughput.row2, 3: throughput.row3, 4: throughput.row4,
    5: throughput.row5, 6: throughput.row6, 7: throughput.row7, 8: costs.row8, 9: costs.row9,
    10: costs.row10, 11: throughput.row11, 12: costs.row12,
}
NOT_PROFILED = {9}  # it measures starts


def row_numbers(text):
    numbers = [int(number) for number in text.split(",")]
    unknown = [number for number in numbers if number not in ROWS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown} (expected: some of {list(ROWS)})")
    return numbers


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a rough table in less than 5 minutes")
    parser.add_argument("--rows", type=row_numbers, default=list(ROWS), help="which rows, such as 1,2,5")
    parser.add_argument("--profile", type=int, choices=sorted(set(ROWS) - NOT_PROFILED), metavar="ROW",
                        help="record Purple under the load of a row, and tell where its time goes")
    parser.add_argument("--out", default=servers.WORK, help="the folder of the results")
    return parser.parse_args()


def check_tools():
    missing = [f"missing: {tool} (install it with: {how})" for tool, how in TOOLS.items()
               if not shutil.which(tool)]
    if not os.path.exists(servers.JAR):
        missing.append(f"missing: {servers.JAR} (make it with: mvn -q package -DskipTests)")
    if missing:
        sys.exit("\n".join(missing))


def measure(numbers, plan, out):
    """Runs rows; a row that fails is told and does not hide the others."""
    rows, failures = [], {}
    for number in numbers:
        tell(f"row {number} ({numbers.index(number) + 1} of {len(numbers)})")
        try:
            rows += ROWS[number](plan)
        except Exception as failure:  # whatever it is: the other rows still count
            failures[number] = str(failure).strip()
            tell(f"row {number} failed: {failures[number]}")
        report.write(out, rows, failures, plan)
    return rows, failures


def profile(number, plan, out):
    folder = os.path.join(out, f"profile-row-{number}")
    flight.prepare(folder)
    ROWS[number](plan)
    text = "\n\n".join(flight.summary(recording) for recording in flight.recordings())
    with open(os.path.join(folder, "profile.txt"), "w") as file:
        file.write(text + "\n")
    print(text)
    tell(f"written to {folder}")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # ends the servers, too
    options = arguments()
    check_tools()
    servers.build()
    plan = Plan.of(options.quick, options.profile is not None)
    if options.profile:
        profile(options.profile, plan, options.out)
        return
    rows, failures = measure(options.rows, plan, options.out)
    print("\n".join(" | ".join(report.cells(row)) for row in rows))
    tell(f"written to {options.out}")
    if failures:
        sys.exit("\n".join(f"row {number} failed: {reason}" for number, reason in failures.items()))


if __name__ == "__main__":
    main()
