"""The scripts that wait for what people do in windows: each over a WebSocket, or asking again and again."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock
from typing import Any

import orjson

ALIVE = orjson.dumps({"command": "alive", "data": "vis_alive"}).decode()
MAX_WAITING = 1_000  # messages kept for a script that asks for them
MAX_SILENCE_S = 60.0  # then it is gone; a script asks ten times a second
MAX_SCRIPTS = 10_000


class Scripts:
    """Every script that is connected, and what goes to all of them. For any number of threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0
        self._sends: dict[str, Callable[[str], None]] = {}
        self._polling: dict[str, _Mailbox] = {}

    def connect(self, send: Callable[[str], None]) -> str:
        """Greet a script that is reached by `send`, from any thread; return the id by which it is let go."""
        with self._lock:
            script = self._new_id()
            self._sends[script] = send
        send(ALIVE)
        return script

    def connect_polling(self) -> str:
        """Greet a script that will ask; return its id."""
        now = time.monotonic()
        with self._lock:
            silent = [one for one, box in self._polling.items() if now - box.asked > MAX_SILENCE_S]
            for script in silent + list(self._polling)[: max(0, len(self._polling) - len(silent) - MAX_SCRIPTS)]:
                self._polling.pop(script, None)
            script = self._new_id()
            self._polling[script] = _Mailbox(now)
            self._polling[script].messages.append(ALIVE)
        return script

    def disconnect(self, script: str) -> None:
        """Let a script go."""
        with self._lock:
            self._sends.pop(script, None)
            self._polling.pop(script, None)

    def take(self, script: str) -> list[str] | None:
        """Return what waits for a script that asks, oldest first; None where it is not known, or no longer."""
        with self._lock:
            box = self._polling.get(script)
            if box is None:
                return None
            box.asked = time.monotonic()
            messages = list(box.messages)
            box.messages.clear()
            return messages

    def knows(self, script: str) -> bool:
        """Tell whether a script that asks is connected."""
        return script in self._polling

    def received(self, text: str) -> None:
        """Take what a script says: an echo goes to all, as in visdom; there is nothing else to say."""
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        if isinstance(said, dict) and said.get("cmd") == "echo":
            with suppress(TypeError):  # orjson reads more levels than it writes
                self.tell(said)

    def tell(self, message: Mapping[str, Any]) -> int:
        """Send something to every script; return to how many."""
        text = orjson.dumps(message, option=orjson.OPT_NON_STR_KEYS).decode()
        now = time.monotonic()
        with self._lock:
            sends = list(self._sends.values())
            boxes = [box for box in self._polling.values() if now - box.asked <= MAX_SILENCE_S]
            for box in boxes:
                box.messages.append(text)
        for send in sends:
            send(text)
        return len(sends) + len(boxes)

    def _new_id(self) -> str:
        self._count += 1
        return f"{time.time_ns():x}-{self._count}"


class _Mailbox:
    """What waits for one script, and when it asked last, by the monotonic clock."""

    def __init__(self, asked: float) -> None:
        self.asked = asked
        self.messages: deque[str] = deque(maxlen=MAX_WAITING)
