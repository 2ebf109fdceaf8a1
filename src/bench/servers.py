"""What is measured: Purple's packaged jar and the references beside it, as processes on loopback."""

import glob
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
import zipfile

import flight

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JAR = os.path.join(ROOT, "target", "purple.jar")
SOURCES = os.path.join(ROOT, "src", "bench", "java")
WORK = os.path.join(ROOT, "target", "bench")
CLASSES = os.path.join(WORK, "classes")
CLASS_PATH = JAR + os.pathsep + CLASSES
BARE_JAR = os.path.join(WORK, "bare.jar")
BARE_STACK_JAR = os.path.join(WORK, "bare-stack.jar")
START_SECONDS = 120
JVM = ["java", "@" + os.path.join(ROOT, "conf", "jvm.options")]  # as target/purple, without its archive


def build():
    """Compiles the reference servers and packages the bare ones as Purple is: each in one jar."""
    os.makedirs(CLASSES, exist_ok=True)
    sources = glob.glob(os.path.join(SOURCES, "**", "*.java"), recursive=True)
    subprocess.run(["javac", "-proc:none", "-cp", JAR, "-d", CLASSES, *sources], check=True)
    core = ("io/vertx/core/", "io/netty/", "com/fasterxml/jackson/core/", "META-INF/native/libnetty_")
    _package(BARE_JAR, "BareHttp", core)
    _package(BARE_STACK_JAR, "BareStack",
             (*core, "io/vertx/grpc/", "com/google/protobuf/", "org/h2/", "META-INF/services/java.sql"))


def _package(jar, main, prefixes):
    """A jar of the classes of a reference server and of what it uses of Purple's jar."""
    with zipfile.ZipFile(JAR) as whole, zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as bare:
        bare.writestr("META-INF/MANIFEST.MF", f"Main-Class: {main}\nMulti-Release: true\n")
        for name in whole.namelist():
            if name.startswith(prefixes):
                bare.writestr(name, whole.read(name))
        for path in glob.glob(os.path.join(CLASSES, main + "*.class")):
            bare.write(path, os.path.basename(path))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A process that listens on one or two ports. It ends with the block that it serves, and so do
    the files that it needed."""

    running = []

    def __init__(self, name, command, ports, files=(), env=None):
        self.name = name
        self.ports = ports
        self.recording = None
        self._files = files
        self._log = tempfile.NamedTemporaryFile("w+", suffix=f"-{name}.log")
        self.process = subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT,
                                        env={**os.environ, **(env or {})})

    def __enter__(self):
        try:
            self._await_start()
        except BaseException:
            self._end()
            raise
        Server.running.append(self)
        return self

    def __exit__(self, *_):
        Server.running.remove(self)
        if self.recording:
            flight.stop(self)
        self._end()

    def _await_start(self):
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start:\n{self._text()}")
            time.sleep(0.02)

    def _ready(self):
        says_so = self.process.args[0] != "java" or "Ready." in self._text()
        return says_so and all(self._listens(port) for port in self.ports)

    @staticmethod
    def _listens(port):
        with socket.socket() as s:
            s.settimeout(0.2)
            return s.connect_ex(("127.0.0.1", port)) == 0

    def _text(self):
        with open(self._log.name) as log:
            return log.read()

    def _end(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()
        for path in self._files:
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    def await_answer(self, path):
        """Waits for the first answer over HTTP, of a server that may not listen yet."""
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    return
            except ConnectionError:
                pass
            finally:
                connection.close()
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} did not start:\n{self._text()}")
            time.sleep(0.001)

    @property
    def port(self):
        return self.ports[0]

    def resident_mb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            line = next(line for line in status if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


def start_millis(make, path):
    """Milliseconds from the start of a process to its first answer."""
    started = time.monotonic()
    server = make()
    try:
        server.await_answer(path)
        return (time.monotonic() - started) * 1000
    finally:
        server._end()


def purple(*options, data=None, env=None, jvm=(), archive=True):
    """Purple as it starts on its own, with both servers: ports[0] is HTTP, ports[1] is gRPC.
    With the class archive that the build left beside the jar, if there is one."""
    beside = os.path.splitext(JAR)[0] + ".options"
    kept = ["@" + beside] if archive and os.path.exists(beside) else []
    return _purple([*kept, *jvm, "-jar", JAR], options, data, env)


def in_process(main, *options):
    """Purple as part of a program of ours; the program takes two arguments of its own first."""
    return _purple(["-cp", CLASS_PATH, main, *options[:2]], options[2:])


def _purple(program, options, data=None, env=None):
    ports = [free_port(), free_port()]
    data = data or tempfile.mkdtemp(prefix="purple-bench-")
    command = [*JVM, *flight.OPTIONS, *program, "--host", "127.0.0.1", "--http-port", str(ports[0]),
               "--grpc-port", str(ports[1]), "--data-dir", data, *options]
    return Server("purple", command, ports, [data], env)


def purple_on_redis(redis, layout="1"):
    """As its own references read it: layout 1 unless said otherwise."""
    return purple("--backend", "redis", "--redis-url", f"redis://127.0.0.1:{redis.port}",
                  "--redis-layout", layout)


def bare_http(size):
    """The bare Vert.x HTTP server, which answers a constant of as many bytes."""
    port = free_port()
    return Server("bare", [*JVM, "-jar", BARE_JAR, str(port), str(size)], [port])


def bare_stack():
    """The bare HTTP and gRPC servers with five H2 databases beside them."""
    ports = [free_port(), free_port()]
    data = tempfile.mkdtemp(prefix="purple-bench-")
    return Server("bare", [*JVM, "-jar", BARE_STACK_JAR, *map(str, ports), data], ports, [data])


def bare_grpc(size):
    """The bare Vert.x gRPC server, which answers KvGet with a constant value of as many bytes."""
    port = free_port()
    return Server("bare", [*JVM, "-cp", CLASS_PATH, "BareGrpc", str(port), str(size)], [port])


def bare_redis(redis_port, database):
    """The bare Vert.x server that answers from Redis: ports[0] is HTTP, ports[1] is gRPC."""
    ports = [free_port(), free_port()]
    return Server("bare", [*JVM, "-cp", CLASS_PATH, "BareRedis", *map(str, ports), str(redis_port),
                           str(database)], ports)


def bare_map():
    """The bare Vert.x HTTP server that keeps values in a map on its heap."""
    port = free_port()
    return Server("bare", [*JVM, "-cp", CLASS_PATH, "BareMap", str(port)], [port])


def redis():
    port = free_port()
    return Server("redis", ["redis-server", "--port", str(port), "--bind", "127.0.0.1",
                            "--save", "", "--appendonly", "no"], [port])


def webdis(redis_port, database):
    """Webdis as its package configures it, but for the port, the database and the log."""
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as config:
        config.write(f'{{"redis_host": "127.0.0.1", "redis_port": {redis_port}, "http_host": "127.0.0.1",'
                     f' "http_port": {port}, "threads": 2, "database": {database},'
                     ' "acl": [{"disabled": ["DEBUG"]},'
                     ' {"http_basic_auth": "user:password", "enabled": ["DEBUG"]}],'
                     ' "daemonize": false, "verbosity": 0, "logfile": "/dev/null"}')
    return Server("webdis", ["webdis", config.name], [port], [config.name])
