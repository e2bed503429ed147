"""Says which folders were touched, from file system events where they come."""

import errno
import logging
import os
from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path
from threading import Condition

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from app.store.mounts import sends_events

_log = logging.getLogger(__name__)

MAX_WATCHES = 256
"""Folders watched at once: each costs a thread of watchdog and one of the kernel's watches."""

_GREW = (FileModifiedEvent,)
_FILES = (FileCreatedEvent, FileMovedEvent, FileDeletedEvent)
_FOLDERS = (DirCreatedEvent, DirMovedEvent, DirDeletedEvent)


class Touch(IntEnum):
    """What happened in a folder; of several the highest counts."""

    GREW = 1  # a file was written to
    FILES = 2  # files came, went or were renamed
    FOLDERS = 3  # folders did


class Watch:
    """Waits for events in the followed folders.

    Args:
        roots: the log roots; one on a file system without events is never watched.
        poll: True to watch nothing at all.

    Attributes:
        is_blind: there are folders that ought to be watched and are not.
    """

    def __init__(self, roots: Iterable[Path], poll: bool) -> None:
        self._silent = [root for root in roots if poll or not sends_events(root)]
        self.is_blind = bool(self._silent)
        self._touched: dict[Path, Touch] = {}
        self._changed = Condition()
        self._observer: BaseObserver | None = None
        self._watches: dict[Path, tuple[ObservedWatch, int]] = {}  # and the folder's inode
        self._deleted: set[Path] = set()
        self._used_up = False

    def sees(self, folder: Path) -> bool:
        """Whether changes in this folder are reported by events."""
        return folder in self._watches

    def follow(self, folders: Sequence[Path]) -> None:
        """Watch these folders and no others, the most important first: there may be watches for some only.

        A folder watched from now on counts as touched, as something may have happened just before.
        """
        wanted = dict.fromkeys(folder for folder in folders if not self._is_silent(folder))
        for folder in list(self._watches):
            if not self._still_holds(folder):
                self._unwatch(folder)
        for folder in self._watches.keys() - set(list(wanted)[:MAX_WATCHES]):
            self._unwatch(folder)
        for folder in wanted:
            if folder not in self._watches and len(self._watches) < MAX_WATCHES and not self._used_up:
                self._watch(folder)

    def wait(self, timeout_s: float) -> dict[Path, Touch]:
        """Return the folders touched since the last call; empty where none was for `timeout_s` seconds."""
        with self._changed:
            if not self._touched:
                self._changed.wait(timeout_s)
            touched, self._touched = self._touched, {}
            return touched

    def wake(self) -> None:
        """Let a waiting thread go on."""
        with self._changed:
            self._changed.notify_all()

    def touch(self, folder: Path, touch: Touch) -> None:
        """Report that something happened in a folder."""
        with self._changed:
            self._touched[folder] = max(touch, self._touched.get(folder, touch))
            self._changed.notify_all()

    def lose(self, folder: Path) -> None:
        """Report that a watched folder was deleted, and its watch with it."""
        with self._changed:
            self._deleted.add(folder)

    def close(self) -> None:
        """Stop watching."""
        if self._observer is not None:
            # An emitter that meets an event while it ends logs an error, which is none.
            logging.getLogger("watchdog.observers.inotify").setLevel(logging.CRITICAL)
            self._observer.stop()
            self._observer.join()
        self._watches.clear()

    def _is_silent(self, folder: Path) -> bool:
        return any(root == folder or root in folder.parents for root in self._silent)

    def _watch(self, folder: Path) -> None:
        if self._observer is None:
            self._observer = Observer()
            self._observer.daemon = True
            self._observer.start()
        try:
            inode = folder.stat().st_ino
            watch = self._observer.schedule(
                _Handler(self, folder), str(folder), event_filter=[*_GREW, *_FILES, *_FOLDERS]
            )
            self._watches[folder] = watch, inode
            self.touch(folder, Touch.GREW)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EMFILE}:
                return  # deleted since it was found, or not readable
            self._used_up = self.is_blind = True
            _log.warning(
                "no more folders can be watched (%s; %d are): the others are looked at by the clock. "
                "Raise fs.inotify.max_user_watches and max_user_instances, or start with --poll.",
                os.strerror(error.errno),
                len(self._watches),
            )

    def _unwatch(self, folder: Path) -> None:
        watch, _ = self._watches.pop(folder)
        with self._changed:
            self._deleted.discard(folder)
        assert self._observer is not None
        self._observer.unschedule(watch)

    def _still_holds(self, folder: Path) -> bool:
        """Whether the folder of this name is still the one that is watched, and not a new one in its place."""
        with self._changed:
            if folder in self._deleted:  # its inode number may be in use again
                return False
        try:
            return folder.stat().st_ino == self._watches[folder][1]
        except OSError:
            return False


class _Handler(FileSystemEventHandler):
    """Turns the events of one folder into touches."""

    def __init__(self, watch: Watch, folder: Path) -> None:
        self._watch = watch
        self._folder = folder

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Report what the event means for the folder."""
        if isinstance(event, _GREW):
            self._watch.touch(self._folder, Touch.GREW)
        elif isinstance(event, _FILES):
            self._watch.touch(self._folder, Touch.FILES)
        elif isinstance(event, _FOLDERS):
            if isinstance(event, DirDeletedEvent) and event.src_path == str(self._folder):
                self._watch.lose(self._folder)
            self._watch.touch(self._folder, Touch.FOLDERS)
