"""How files of a run come to be: whole or not at all, and never two processes in one. Knows no format."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NETWORK_KINDS = frozenset(
    (
        *("9p", "afs", "beegfs", "ceph", "cifs", "davfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs"),
        *("nfs4", "ocfs2", "orangefs", "pvfs2", "smb2", "smb3", "smbfs", "wekafs"),
    )
)
LOCK_TRIES, LOCK_TRY_S = 1_000, 0.01  # a lock is held for one write of a small file; a hanging one must not stop us
_OCTAL = re.compile(r"\\(\d{3})")  # how the kernel writes blanks in the names of mount points


def replace_file(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Make `path` hold `content`; a reader sees the old content or the new, never a part.

    Args:
        path: the file; its folder exists.
        content: all of it.
        durable: wait until the content is on the disk before it takes the name.

    Raises:
        OSError: it could not be written; the old content is still there.
    """
    temporary = _write_beside(path, content, durable=durable)
    try:
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def create_file(path: Path, content: bytes) -> bool:
    """Make `path` with all of `content` if no file has that name. Return whether it was made.

    Raises:
        OSError: it could not be written.
    """
    temporary = _write_beside(path, content, durable=False)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    except OSError:  # no hard links on this file system (FAT, some FUSE)
        return _create_in_place(path, content)
    finally:
        temporary.unlink(missing_ok=True)
    return True


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes and threads that ask for the same out while the body changes a file of `folder`.

    Where the file system or the platform knows no locks, or the lock does not come free, the body runs all the same.
    """
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except (ImportError, OSError):
        yield
        return
    try:
        for _ in range(LOCK_TRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(LOCK_TRY_S)
            except OSError:
                break
        yield
    finally:
        os.close(descriptor)


def open_new(path: Path) -> int:
    """Create the file `path` for appending and reading, and return its descriptor; not inherited by children.

    Raises:
        FileExistsError: the name is taken.
        OSError: it could not be created.
    """
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_RDWR | os.O_CLOEXEC, 0o666)


def open_again(path: Path) -> int:
    """Open `path` for appending, new or not; what a dead process left of a line becomes a line of its own.

    Raises:
        OSError: it could not be opened.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR | os.O_CLOEXEC, 0o666)
    size_bytes = os.fstat(descriptor).st_size
    if size_bytes and os.pread(descriptor, 1, size_bytes - 1) != b"\n":
        os.write(descriptor, b"\n")
    return descriptor


def is_network(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> bool:
    """Tell whether `path` lies on a file system that another machine may keep waiting.

    Judged by the type of the mount, FUSE included. False where the mounts are not known.
    """
    try:
        lines = mounts.read_bytes().decode("utf-8", "replace").splitlines()
    except OSError:
        return False
    kind = _mount_kind(os.path.realpath(path), lines)
    return kind in NETWORK_KINDS or kind.startswith("fuse")


def _mount_kind(path: str, lines: list[str]) -> str:
    """Return the type of the deepest mount that holds `path`; of two at one place the later hides the earlier."""
    deepest, kind = "", ""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(deepest):
            deepest, kind = point, after.split()[0]
    return kind


def _write_beside(path: Path, content: bytes, *, durable: bool) -> Path:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666)
    try:
        _write_all(descriptor, content)
        if durable:
            os.fsync(descriptor)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return temporary


def _create_in_place(path: Path, content: bytes) -> bool:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666)
    except FileExistsError:
        return False
    try:
        _write_all(descriptor, content)
    finally:
        os.close(descriptor)
    return True


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
