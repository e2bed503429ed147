"""One environment: its windows in memory, which are what replaying its files gives."""

import logging
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.readers.visdom_log.packed import FILE_NAME, joined
from app.store.panes.blobs import LONG_CHARS, pack
from app.store.panes.calls import LOG_NAME, Call, CallLog, call_of, line_of
from app.store.panes.updates import MisfitError, go_back, refusal, update
from app.store.panes.window import Window
from app.store.state import replace

_log = logging.getLogger(__name__)

RUN_FILE = "run.json"
MAX_WINDOWS = 20_000
MAX_ID_CHARS = 1_000
KEPT_BYTES = 256 << 20
"""Of calls and files that later ones superseded: the pictures that a window showed before stay to be looked at on the
other pages until they take this much, and as much as what is shown."""
_MALFORMED = (KeyError, TypeError, ValueError, IndexError, AttributeError)


class CallError(ValueError):
    """A call that makes no sense; the message says why."""


class Environment:
    """The windows of one environment. For any number of threads.

    Args:
        name: as visdom knows it.
        folder: where its files are, made with the first call.
        writable: whether calls may be added; else the files are followed as somebody else writes them.
        log_name: of the file of calls.
    """

    def __init__(self, name: str, folder: Path, *, writable: bool, log_name: str = LOG_NAME) -> None:
        self.name = name
        self.folder = folder
        self.writable = writable
        self.lock = threading.RLock()
        self.windows: dict[str, Window] = {}
        self._calls = CallLog(folder / log_name)
        self._revision = 0
        self._sizes: dict[str, int] = {}  # bytes of calls and files of each window that is there
        self._began: dict[str, int] = {}  # for each of them, the call that its content begins with, counted from 1
        self._taken = 0  # calls of the log so far
        self._superseded = 0  # bytes of calls and files of what is no longer there
        self._is_read = False

    def catch_up(self) -> None:
        """Take in what the files hold: all at first, then what others added. Raises OSError."""
        with self.lock:
            if self._calls.is_replaced():
                self._forget()
            elif self._is_read and self.writable:
                return
            for call in self._calls.read_new():
                with suppress(*_MALFORMED):
                    self._take(call)
            self._is_read = True

    def call(self, endpoint: str, message: Mapping[str, Any], body_bytes: int) -> str:
        """Write a call into the files, then do what it says.

        Args:
            endpoint: "events", "update", "close", "win_data" (of one window) or "back".
            message: as it was sent.
            body_bytes: its size.

        Returns:
            The id of the window, or why it cannot be updated, in the words that visdom's clients know.

        Raises:
            CallError: the call makes no sense.
            OSError: it cannot be written; nothing is changed.
        """
        with self.lock:
            self.catch_up()
            message = self._with_window(endpoint, message)
            refused = self._refusal(endpoint, message)
            if refused:
                return refused
            if not self._calls.offset:
                self._make_folder()
            line = self._line(endpoint, message, body_bytes)
            call = call_of(line)
            if call is None:
                raise CallError("the call is no JSON that can be kept")
            self._calls.add(line)
            try:
                self._take(call)
            except MisfitError as error:
                _log.warning("%s, window %s: %s; nothing is changed", self.name, message.get("win"), error)
            except _MALFORMED as error:
                raise CallError(f"the call cannot be drawn: {type(error).__name__}: {error}") from error
            if self._superseded > max(KEPT_BYTES, sum(self._sizes.values())):
                self._compact()
            return str(message.get("win"))

    def text(self, value: Any) -> str:
        """Return a text that may be kept in files. Raises OSError where one is gone."""
        return joined(value, self.folder)

    def state(self, window: Window) -> dict[str, Any]:
        """Return a window as visdom's server gives it. Raises OSError where a file of it is gone."""
        return window.as_state(self.text)

    def states(self) -> dict[str, Any]:
        """Return all windows as visdom's server gives them. Raises OSError."""
        with self.lock:
            return {window.id: self.state(window) for window in self.windows.values()}

    def save(self) -> None:
        """Have the files on the disk itself. Raises OSError."""
        with self.lock:
            self._calls.sync()

    def copy_to(self, folder: Path) -> None:
        """Copy the files into a folder that is not there yet. Raises OSError."""
        with self.lock:
            self._calls.close()
            shutil.copytree(self.folder, folder, copy_function=_link_or_copy)

    def close(self) -> None:
        """Close the files."""
        with self.lock:
            self._calls.close()

    @property
    def size_bytes(self) -> int:
        """Memory of the points of all windows, about."""
        return sum(window.size_bytes for window in self.windows.values())

    def _line(self, endpoint: str, message: Mapping[str, Any], body_bytes: int) -> bytes:
        """Return the line that keeps a call, whose long texts are in files by then. Raises CallError, OSError."""
        try:
            stored = pack(message, self.folder) if body_bytes > LONG_CHARS else message
            return line_of(endpoint, {"_time": round(time.time(), 3), **stored})
        except (TypeError, RecursionError) as error:  # orjson takes neither 255 levels nor half a pair of surrogates
            raise CallError(f"the call is no JSON that can be kept: {error}") from error

    def _with_window(self, endpoint: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a message that names its window by a text."""
        window = message.get("win")
        if isinstance(window, str) and len(window) > MAX_ID_CHARS:
            raise CallError(f"the id of a window has at most {MAX_ID_CHARS:,} characters")
        if window is None and endpoint in ("events", "update"):
            return {**message, "win": f"window_{time.time_ns() // 100:x}"}
        return message if window is None or isinstance(window, str) else {**message, "win": str(window)}

    def _refusal(self, endpoint: str, message: Mapping[str, Any]) -> str:
        known = self.windows.get(message.get("win", ""))
        if endpoint == "update":
            if known is None:
                return "" if message.get("append") else "win does not exist"
            return refusal(known, message)
        if endpoint == "events" and known is None and len(self.windows) >= MAX_WINDOWS:
            raise CallError(f"{self.name} has {MAX_WINDOWS:,} windows, which are the most; close some of them")
        return ""

    def _take(self, call: Call) -> None:
        """Do what the next call of the log says."""
        self._taken += 1
        self._apply(call)

    def _apply(self, call: Call) -> None:
        endpoint, message = call.endpoint, call.message
        window = str(message.get("win"))
        if endpoint == "close":
            for closed in list(self.windows) if message.get("win") is None else [window]:
                self._drop(closed)
        elif endpoint == "win_data":
            self._put(Window.of_state(window, message["data"]))
        elif endpoint == "events" or (endpoint == "update" and window not in self.windows and message.get("append")):
            self._put(Window.of_call(window, message))
        elif endpoint == "update":
            update(self.windows[window], message)
            self.windows[window].revision = self._next_revision()
        elif endpoint == "back":
            go_back(self.windows[window])
            self.windows[window].revision = self._next_revision()
        if window in self.windows:
            self._sizes[window] = self._sizes.get(window, 0) + call.size_bytes
        else:
            self._superseded += call.size_bytes

    def _put(self, window: Window) -> None:
        known = self.windows.get(window.id)
        window.place = known.place if known else len(self.windows)
        window.revision = self._next_revision()
        self._superseded += self._sizes.pop(window.id, 0)
        self._began[window.id] = self._taken
        self.windows[window.id] = window

    def _drop(self, window: str) -> None:
        if self.windows.pop(window, None) is not None:
            self._superseded += self._sizes.pop(window, 0)
            self._began.pop(window, None)

    def _next_revision(self) -> int:
        """Return a number that no window had before, in this process or an earlier one."""
        self._revision = max(self._revision + 1, time.time_ns() // 1_000)
        return self._revision

    def _forget(self) -> None:
        self._calls.close()
        self._calls = CallLog(self._calls.path)
        self._is_read = False
        self.windows, self._sizes, self._superseded = {}, {}, 0
        self._began, self._taken = {}, 0

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / RUN_FILE
        if not path.exists():
            replace(path, {"name": self.name, "created": time.time(), "logged_by": "visdom"})

    def _compact(self) -> None:
        """Leave out of the files what later calls superseded. Where the disk cannot take it, they stay as they are."""
        self._superseded = 0
        began: dict[str, int] = {}
        try:
            self._calls.replace(lambda: self._lines_that_count(began))
        except OSError as error:
            _log.warning("%s keeps what later calls replaced: %s", self.name, error)
            return
        self._began = began
        kept = [call for _, call in self._lines()]
        self._taken = len(kept)
        files = {name for call in kept for name in call.files}
        for path in (self.folder / "media").glob("??/*"):
            if path.relative_to(self.folder).as_posix() not in files:
                path.unlink(missing_ok=True)

    def _lines_that_count(self, began: dict[str, int]) -> Iterator[bytes]:
        """Yield the lines that windows are made of; `began` gets their numbers among these."""
        count = 0
        for place, (line, call) in enumerate(self._lines(), 1):
            window = str(call.message.get("win"))
            first = self._began.get(window)
            if first is not None and place >= first and call.endpoint != "close":
                count += 1
                began.setdefault(window, count)
                yield line

    def _lines(self) -> Iterator[tuple[bytes, Call]]:
        """Yield every call of the log with its line."""
        with self._calls.path.open("rb") as file:
            for line in file:
                call = call_of(line)
                if call is not None:
                    yield line, call


def _link_or_copy(source: str, target: str) -> str:
    """Copy a file; one of `media` never changes, so a second name is enough."""
    if FILE_NAME.fullmatch("/".join(Path(source).parts[-3:])):
        with suppress(OSError):
            Path(target).hardlink_to(source)
            return target
    return str(shutil.copy2(source, target))
