"""measure.py RESULT COMMAND...: runs the command to its end; RESULT gets what the system counted for it (wait4)."""

import json
import os
import subprocess
import sys
import time

result_file, *command = sys.argv[1:]
started_s = time.monotonic()
child = subprocess.Popen(command)
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
result = {
    "wall_s": time.monotonic() - started_s,
    "user_s": usage.ru_utime,
    "system_s": usage.ru_stime,
    # Linux counts KiB, macOS bytes.
    "rss_bytes_max": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    "involuntary_switches": usage.ru_nivcsw,
    "exit_code": child.returncode,
}
with open(result_file, "w", encoding="utf-8") as file:
    json.dump(result, file)
