"""Where a server spends its time: Java's flight recorder, started after the warm-up of a row."""

import collections
import json
import os
import subprocess

OPTIONS = []  # of the JVM of Purple, when it is profiled
FOLDER = None
TOP = 25
DEPTH = 64


def prepare(folder):
    """Lets the servers that start from now on be profiled with full precision."""
    global FOLDER
    FOLDER = folder
    os.makedirs(folder, exist_ok=True)
    for old in recordings():
        os.unlink(old)
    OPTIONS[:] = ["-XX:+UnlockDiagnosticVMOptions", "-XX:+DebugNonSafepoints"]


def recordings():
    return sorted(os.path.join(FOLDER, f) for f in os.listdir(FOLDER) if f.endswith(".jfr"))


def start_all(servers):
    """Starts to record those of the servers that are Purple and are not recorded yet."""
    for server in servers:
        if server.name == "purple" and not server.recording:
            server.recording = os.path.join(FOLDER, f"{len(recordings()) + 1}-{server.process.pid}.jfr")
            _jcmd(server, "JFR.start", "name=bench", "settings=profile")
            _jcmd(server, "JFR.dump", "name=bench", f"filename={server.recording}")  # takes its name


def stop(server):
    _jcmd(server, "JFR.stop", "name=bench", f"filename={server.recording}")


def _jcmd(server, *command):
    subprocess.run(["jcmd", str(server.process.pid), *command], check=True, stdout=subprocess.DEVNULL)


def summary(recording):
    """Text: shares of the samples of running Java code, and of the bytes allocated."""
    stacks = [_frames(event) for event in _events(recording, "jdk.ExecutionSample")]
    stacks = [frames for frames in stacks if frames]
    parts = [f"{os.path.basename(recording)}: {len(stacks)} samples"]
    own = lambda frames: next((f for f in frames if f.startswith("io.purpledb.")), "(not under Purple)")
    for title, key in (("self, by frame", lambda frames: frames[0]),
                       ("self, by package", lambda frames: _package(frames[0])),
                       ("self and below, by the nearest frame of Purple", own)):
        parts += _table(title, ((key(frames), 1) for frames in stacks))
    allocated = ((event["objectClass"]["name"], event["weight"])
                 for event in _events(recording, "jdk.ObjectAllocationSample"))
    return "\n".join(parts + _table("allocated bytes, by class", allocated))


def _events(recording, kind):
    out = subprocess.run(["jfr", "print", "--json", "--stack-depth", str(DEPTH), "--events", kind,
                          recording], check=True, capture_output=True, text=True).stdout
    return [event["values"] for event in json.loads(out)["recording"]["events"]]


def _frames(event):
    """The names of the methods of a stack, innermost first."""
    frames = (event.get("stackTrace") or {}).get("frames", [])
    methods = (frame["method"] for frame in frames)
    return [m["type"]["name"].replace("/", ".") + "." + m["name"] for m in methods]


def _package(method):
    return method.rsplit(".", 2)[0]


def _table(title, weighted):
    counts = collections.Counter()
    for name, weight in weighted:
        counts[name] += weight
    total = sum(counts.values()) or 1
    lines = [f"  {100 * n / total:5.1f} %  {name}" for name, n in counts.most_common(TOP)]
    return ["", title, *lines]
