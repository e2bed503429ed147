"""Named layouts of windows: where each stands and how large it is, as the page says it.

They lie beside the environments, since they say something of these alone: a folder that is copied, sent or forked takes
them along, and every browser has them.
"""

from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from app.store.state import replace

FILE = "layouts.json"
SHARED_FILE = ".layouts.json"  # hidden, since it lies beside runs and is none
MAX_LAYOUTS = 200
MAX_BYTES = 256 << 10
MAX_NAME_CHARS = 200
_lock = Lock()


def read_layouts(path: Path) -> dict[str, Any]:
    """Return the layouts kept in a file, by name; none where it makes no sense."""
    if not path.is_file():  # nobody waits for a pipe
        return {}
    try:
        said = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def keep_layout(path: Path, name: Any, layout: Any) -> None:
    """Keep a layout under a name; None takes it away.

    Raises:
        ValueError: it has no name, or is too large.
        OSError: it cannot be written.
    """
    if not isinstance(name, str) or not 0 < len(name.strip()) <= MAX_NAME_CHARS:
        raise ValueError(f"a layout has a name of 1 to {MAX_NAME_CHARS} characters")
    if layout is not None and (not isinstance(layout, dict) or len(orjson.dumps(layout)) > MAX_BYTES):
        raise ValueError(f"a layout is a JSON object of at most {MAX_BYTES:,} bytes")
    with _lock:
        kept = {key: value for key, value in read_layouts(path).items() if key != name.strip()}
        if layout is not None:
            kept[name.strip()] = layout
        if len(kept) > MAX_LAYOUTS:
            raise ValueError(f"there are {MAX_LAYOUTS} layouts, which are the most")
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, kept)
