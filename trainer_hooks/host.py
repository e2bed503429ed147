"""The name of this machine."""

import os


def host_name() -> str:
    """Return what the machine calls itself; unlike `socket` and `platform`, this costs no import time."""
    if hasattr(os, "uname"):
        return os.uname().nodename
    return os.environ.get("COMPUTERNAME", "host")
