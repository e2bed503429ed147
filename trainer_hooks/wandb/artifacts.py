"""`Artifact`: nothing is uploaded; which files belonged to it is written down, with sizes and digests."""

import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from trainer_hooks.integration.absent import Nothing
from trainer_hooks.wandb.absent import Unsupported, nothing

MAX_DIGEST_BYTES = 64 << 20  # a larger file would keep a training waiting
MAX_FILES = 1_000


class Artifact:
    """Files that belong together, under a name. They stay where they are."""

    def __init__(
        self,
        name: str,
        type: str = "unspecified",  # noqa: A002 - W&B's name
        description: str | None = None,
        metadata: Any = None,
        **_: Any,
    ) -> None:
        self.name, self.type, self.description = str(name), str(type), description
        self.metadata: dict[str, Any] = dict(metadata) if isinstance(metadata, Mapping) else {}
        self.aliases: list[str] = []
        self._files: dict[str, Path] = {}
        self._places: dict[str, str] = {}
        self._folder: Path | None = None  # for what has no file of its own

    def add_file(self, local_path: Any, name: str | None = None, *_: Any, **__: Any) -> "Artifact":
        """Add one file, under its own name or `name`."""
        path = Path(local_path)
        self._files[name or path.name] = path.absolute()
        return self

    def add_dir(self, local_path: Any, name: str | None = None, *_: Any, **__: Any) -> "Artifact":
        """Add all files below a folder, MAX_FILES at most."""
        root = Path(local_path)
        found = sorted(path for path in root.rglob("*") if path.is_file())
        for path in found[:MAX_FILES]:
            inner = path.relative_to(root).as_posix()
            self._files[f"{name}/{inner}" if name else inner] = path.absolute()
        return self

    def add_reference(self, uri: Any, name: str | None = None, *_: Any, **__: Any) -> "Artifact":
        """Add a place that is named only."""
        self._places[name or str(uri)] = str(uri)
        return self

    def add(self, obj: Any, name: str, *_: Any, **__: Any) -> Nothing:  # noqa: ARG002 - log() shows it
        """Say once that values belong into log()."""
        return nothing("Artifact.add: log() shows tables and pictures, but it")

    @contextmanager
    def new_file(self, name: str, mode: str = "x", encoding: str | None = None) -> Iterator[IO[Any]]:
        """Open a file that is new in the artifact, in a temporary folder until the artifact is logged."""
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="tailboard-artifact-"))
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode, encoding=encoding) as file:
            yield file
        self._files[name] = path

    def keep_new_files(self, folder: Path) -> None:
        """Move what `new_file` made into `folder`. Raises OSError."""
        if self._folder is None:
            return
        made, self._folder = self._folder, None
        for name, path in list(self._files.items()):
            if path.is_relative_to(made):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                self._files[name] = Path(shutil.move(path, target))
        shutil.rmtree(made, ignore_errors=True)

    def download(self, *_: Any, **__: Any) -> str:
        """Return the folder of the files, which never left it."""
        folders = {path.parent for path in self._files.values()}
        return str(min(folders, key=lambda folder: len(folder.parts))) if folders else ""

    def wait(self, *_: Any, **__: Any) -> "Artifact":
        """Return at once: nothing is under way."""
        return self

    def describe(self) -> str:
        """Return Markdown: what it is, and a row for each file."""
        text = io.StringIO()
        text.write(f"**{self.name}** ({self.type}) {' '.join(self.aliases)}\n\n{self.description or ''}\n\n")
        text.write("| file | bytes | lies in | sha256 |\n| --- | --- | --- | --- |\n")
        for name, path in list(self._files.items())[:MAX_FILES]:
            size, digest = _measure(path)
            text.write(f"| {name} | {size} | {path} | {digest} |\n")
        for name, place in self._places.items():
            text.write(f"| {name} | | {place} | |\n")
        for name, value in self.metadata.items():
            text.write(f"\n- {name}: {str(value)[:1_000]}")
        return text.getvalue()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return nothing(f"Artifact.{name}")


def _measure(path: Path) -> tuple[str, str]:
    """Return size and digest of a file as texts; no digest of a large one, neither of one that cannot be read."""
    try:
        size = path.stat().st_size
        if size > MAX_DIGEST_BYTES:
            return f"{size:,}", "not taken"
        with path.open("rb") as file:
            return f"{size:,}", hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return "", str(error)


def unknown_artifact(name: Any) -> Unsupported:
    """Return what stands for an artifact of W&B's server."""
    return Unsupported(f"artifact {name!r}", "read its files from where they lie")
