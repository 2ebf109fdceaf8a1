"""What is measured: Purple's packaged jar and the references beside it, as processes on loopback."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JAR = os.path.join(ROOT, "target", "purple.jar")
SOURCES = os.path.join(ROOT, "src", "bench", "java")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def compiled():
    """The folder with the compiled reference servers."""
    out = os.path.join(ROOT, "target", "bench-classes")
    os.makedirs(out, exist_ok=True)
    sources = [os.path.join(SOURCES, f) for f in os.listdir(SOURCES)]
    subprocess.run(["javac", "-cp", JAR, "-d", out, *sources], check=True)
    return out


class Server:
    """A process that listens on one or two ports; ended with the block that it serves."""

    def __init__(self, name, command, ports, ready="Ready."):
        self.name = name
        self.ports = ports
        self.log = tempfile.NamedTemporaryFile("w+", suffix=f"-{name}.log", delete=False)
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)
        self._await(ready)

    def _await(self, ready):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if all(self._answers(port) for port in self.ports) and (not ready or ready in self.text()):
                return
            time.sleep(0.005)
        raise RuntimeError(f"{self.name} did not start:\n{self.text()}")

    @staticmethod
    def _answers(port):
        with socket.socket() as s:
            s.settimeout(0.2)
            return s.connect_ex(("127.0.0.1", port)) == 0

    def first_answer(self):
        """Milliseconds from the start of the process to its first HTTP answer."""
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=30).read()
        return (time.monotonic() - self.started) * 1000

    def text(self):
        with open(self.log.name) as log:
            return log.read()

    @property
    def port(self):
        return self.ports[0]

    def resident_mb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            line = next(l for l in status if l.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        os.unlink(self.log.name)


def purple(*options, door="http", java=()):
    """Purple with one door, on a free port, in a new data directory."""
    port = free_port()
    data = tempfile.mkdtemp(prefix="purple-bench-")
    command = ["java", *java, "-jar", JAR, door, "--host", "127.0.0.1", "--port", str(port),
               "--data-dir", data, *options]
    return Server("purple", command, [port])


def purple_both(*options):
    """Purple with both doors: ports[0] is HTTP, ports[1] is gRPC."""
    http, grpc = free_port(), free_port()
    data = tempfile.mkdtemp(prefix="purple-bench-")
    command = ["java", "-jar", JAR, "--host", "127.0.0.1", "--http-port", str(http),
               "--grpc-port", str(grpc), "--data-dir", data, *options]
    return Server("purple", command, [http, grpc])


def bare(kind, size):
    """The bare Vert.x server BareHttp or BareGrpc, which answers a constant."""
    port = free_port()
    classes = os.path.join(ROOT, "target", "bench-classes")
    return Server(kind, ["java", "-cp", JAR + ":" + classes, kind, str(port), str(size)], [port])


def redis():
    port = free_port()
    return Server("redis", ["redis-server", "--port", str(port), "--bind", "127.0.0.1",
                            "--save", "", "--appendonly", "no"], [port], ready=None)


def webdis(redis_port, database):
    port = free_port()
    config = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False)
    config.write(f'{{"redis_host": "127.0.0.1", "redis_port": {redis_port}, "http_host": "127.0.0.1",'
                 f' "http_port": {port}, "threads": 2, "pool_size": 10, "database": {database},'
                 ' "daemonize": false, "verbosity": 0, "logfile": "/dev/null"}')
    config.close()
    return Server("webdis", ["webdis", config.name], [port], ready=None)
