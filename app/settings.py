"""Every option of the app: one field each, the unit in the name. Built by the command line, read by all."""

import re
from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class LogRoot:
    """A log folder and the name its runs are prefixed with; the empty name prefixes nothing."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this server runs."""

    roots: tuple[LogRoot, ...]
    host: str = "127.0.0.1"
    port: int = 8050
    interval_s: float = 1.0  # how often a browser asks for news while data flows
    memory_bytes: int = 1 << 30  # columns kept in memory; least recently viewed go first
    cache_dir: Path | None = None  # None: a folder of this user, see store/cache.py
    state_dir: Path | None = None  # None: a folder of this user, see store/sidecar.py
    write: bool = False  # True: a browser can change names, notes and colours of runs, and ask trainings to stop
    token: str | None = field(default=None, repr=False)  # whoever asks must know it; None: everybody may
    visdom: bool = False  # True: answers visdom's clients, and keeps what they draw in the first log folder
    poll: bool = False  # True: look at the files by the clock, without file system events
    poll_interval_s: float = 1.0  # how often to look where no events come
    url_prefix: str = "/"  # path under which a proxy serves the app
    threads: int = 16  # requests answered at the same time
    text_patterns: tuple[re.Pattern[str], ...] = ()  # forms of the lines of text logs, beside the known ones

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the app."""
        return self.host in LOOPBACK
