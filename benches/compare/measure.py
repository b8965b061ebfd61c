"""Runs a command; writes its wall and CPU seconds and the most memory, in KiB, that it and its children held together.

    measure.py COSTS COMMAND...
"""

import os
import subprocess
import sys
import time
from pathlib import Path


def main(costs, *command):
    begun = time.monotonic()
    process = subprocess.Popen(command, start_new_session=True)
    most = 0
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        most = max(most, resident(process.pid))
        time.sleep(0.02)
    wall = time.monotonic() - begun
    Path(costs).write_text(f"{wall}\t{used.ru_utime + used.ru_stime}\t{max(most, used.ru_maxrss)}\n")
    return os.waitstatus_to_exitcode(status)


def resident(session):
    """KiB of all processes of a session. Pages they share are counted for each, so one process is counted exactly."""
    pages = 0
    for place in Path("/proc").glob("[0-9]*"):
        try:
            fields = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            pages += int(fields[21])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


sys.exit(main(*sys.argv[1:]))
