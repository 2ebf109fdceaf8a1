"""How many writes of 4 KiB a second the disk takes, each forced before the next: in place, in a file
that has its size already, because that is the least that a force can cost. Argument: seconds."""

import os
import sys
import tempfile
import time

BLOCK = b"\1" * 4096
BLOCKS = 4096


def main():
    seconds = float(sys.argv[1])
    file, path = tempfile.mkstemp(prefix="purple-bench-")
    os.unlink(path)
    os.write(file, BLOCK * BLOCKS)
    os.fsync(file)
    count, start = 0, time.monotonic()
    while time.monotonic() < start + seconds:
        os.pwrite(file, BLOCK, count % BLOCKS * len(BLOCK))
        os.fdatasync(file)
        count += 1
    print(count / (time.monotonic() - start))


main()
