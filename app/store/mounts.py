"""Which file systems tell when a file grew. Network and user-space ones do not, when another machine wrote."""

import os
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_SILENT = {"9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4"}
_SILENT |= {"orangefs", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs"}


def sends_events(path: Path, mounts: Path = _MOUNTS) -> bool:
    """Whether changes below `path` are reported, judging by the type of its mount.

    Args:
        path: a file or folder; a link counts as what it leads to.
        mounts: the kernel's list of mounts; where there is none (not Linux), everything is taken to be reported.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return True
    kind = _mount_type(os.path.realpath(path), lines)
    return kind not in _SILENT and not kind.startswith("fuse.")


def _mount_type(path: str, lines: list[str]) -> str:
    """Return the type of the mount that lies deepest above `path`; of equal ones the last hides the others."""
    deepest, kind = -1, ""
    for line in lines:
        fields, _, rest = line.partition(" - ")
        point = fields.split(" ")[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= deepest:
            deepest, kind = len(point), rest.split(" ", 1)[0]
    return kind
