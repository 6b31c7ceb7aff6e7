"""Runs MiniStack in this very process and ends it when standard input closes.

The parent holds the other end of that pipe and writes nothing to it. The system closes it when the parent ends, even
when it is killed outright, so MiniStack never outlives the one who started it.
"""

import os
import runpy
import sys
import threading


def end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
sys.argv = ["ministack"]
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
