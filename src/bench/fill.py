"""Fills servers before they are measured; how long that takes is no result."""

import subprocess
import tempfile

import load
import servers

PIPELINE = 16  # requests that a connection sends at once: a disk writes them in larger groups
MAX_SECONDS = 240
SET = "big"


def keys(port, count=load.KEYS):
    """Puts all keys, with wrk. A connection asks for its next requests when the last are answered,
    so that when twice as many as fit in flight are asked for beyond the keys, the keys are there.
    A get that follows fails when one is not."""
    enough = count + 2 * PIPELINE * load.CONNECTIONS
    put = load.Request("PUT", "/kv/{key}", load.VALUE)
    load.wrk_output(port, load.lua_templates([put]) + f"""
local sent = 0
request = function()
  if sent >= {enough} then os.exit(0) end
  local batch = {{}}
  for i = 1, {PIPELINE} do
    batch[i] = with_key(templates[1], sent % {count})
    sent = sent + 1
  end
  return table.concat(batch)
end
""", MAX_SECONDS)


def memory_set(items):
    """A server on memory that fills its set through its own event bus before it says that it is
    ready: over HTTP each of the additions would be answered with the whole set."""
    return servers.in_process("FilledSet", str(items), SET, "--backend", "memory")


def disk_set(items):
    """A new data directory with the set, which is filled as long as no server has it open."""
    data = tempfile.mkdtemp(prefix="purple-bench-")
    subprocess.run(["java", "-cp", servers.CLASS_PATH, "io.purpledb.backend.disk.FillSet",
                    data, SET, str(items)], check=True, timeout=MAX_SECONDS)
    return data


def redis_entries(port, items):
    """Fills the set of layout 2."""
    subprocess.run(["java", "-cp", servers.CLASS_PATH, "FillRedisSet", f"redis://127.0.0.1:{port}",
                    SET, str(items)], check=True, timeout=MAX_SECONDS)


def redis_set(port, database, items):
    """Fills the set of layout 1 with redis-cli."""
    names = [f"item-{i}" for i in range(items)]
    lines = [f"SADD {SET} " + " ".join(names[i:i + 1000]) for i in range(0, items, 1000)]
    subprocess.run(["redis-cli", "-p", str(port), "-n", str(database)], input="\n".join(lines) + "\n",
                   text=True, check=True, stdout=subprocess.DEVNULL, timeout=MAX_SECONDS)
