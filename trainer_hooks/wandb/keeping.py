"""The files of a run: copied where they are small, written down where they are an artifact's."""

import os
import shutil
from glob import glob as glob_files
from pathlib import Path
from typing import Any

from trainer_hooks import run as tailboard
from trainer_hooks.given import in_words
from trainer_hooks.wandb.absent import Unsupported, say_once
from trainer_hooks.wandb.artifacts import Artifact, unknown_artifact

MAX_COPY_BYTES = 64 << 20


class Keeping:
    """The part of a run that takes files. Nothing is uploaded."""

    tailboard: tailboard.Run
    id: str

    def _place(self, tag: str, step: int | None = None) -> int:
        raise NotImplementedError

    @property
    def dir(self) -> str:
        """A folder for the program's own files."""
        raise NotImplementedError

    def save(
        self,
        glob_str: Any = None,
        base_path: Any = None,
        policy: str = "live",  # noqa: ARG002
        glob: bool = True,
    ) -> list[str]:
        """Copy files into `dir`, as they are now, up to MAX_COPY_BYTES each; return where they lie."""
        names = glob_files(str(glob_str), recursive=True) if glob else [str(glob_str)]  # noqa: PTH207 - may be absolute
        return [kept for name in names if glob_str and (kept := self._copy(Path(name), base_path)) is not None]

    def log_artifact(
        self,
        artifact_or_path: Any,
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - W&B's name
        aliases: Any = None,
        tags: Any = None,  # noqa: ARG002
    ) -> Artifact:
        """Write down, as a text `artifacts/<name>`, which files belong to an artifact; they stay where they are."""
        say_once("artifacts", "artifacts are not uploaded: which files they have is logged as text, with digests")
        artifact = artifact_or_path
        if not isinstance(artifact, Artifact):
            try:
                path = Path(os.fsdecode(os.fsencode(artifact)))
                artifact = Artifact(name or f"run-{self.id}-{path.name}", type or "unspecified")
                (artifact.add_dir if path.is_dir() else artifact.add_file)(path)
            except (OSError, TypeError, ValueError) as error:
                self.tailboard.refuse("artifact", f"an artifact is not logged: {in_words(error)[:500]}")
                return Artifact(name or "", type or "unspecified")
        artifact.aliases = [aliases] if isinstance(aliases, str) else list(aliases or ["latest"])
        try:
            artifact.keep_new_files(Path(self.dir) / "artifacts" / artifact.name.replace("/", "-"))
        except OSError as error:
            self.tailboard.refuse("artifact", f"new files of artifact {artifact.name!r} are not kept: {error}")
        tag = f"artifacts/{artifact.name}"
        self.tailboard.log_text(tag, artifact.describe(), step=self._place(tag))
        return artifact

    upsert_artifact = finish_artifact = log_artifact

    def use_artifact(self, artifact_or_name: Any, *_: Any, **__: Any) -> Any:
        """Return an artifact of this program as it is; of one by name nothing is known here."""
        return artifact_or_name if isinstance(artifact_or_name, Artifact) else unknown_artifact(artifact_or_name)

    def restore(self, name: Any, *_: Any, **__: Any) -> Any:
        """Open a file that was saved in `dir`; of one that is not there nothing is known here."""
        path = Path(self.dir) / str(name)
        return path.open() if path.is_file() else Unsupported(f"file {str(name)!r}", "read it from where it lies")

    def use_model(self, name: Any) -> Unsupported:
        """Return what says, when it is used, that models of the server are unknown here."""
        return unknown_artifact(name)

    def log_model(self, path: Any, name: str | None = None, aliases: Any = None) -> None:
        """Write down where a model's files lie, as `log_artifact`."""
        self.log_artifact(path, name=name, type="model", aliases=aliases)

    def log_code(self, *_: Any, **__: Any) -> None:
        """Do nothing: commit and uncommitted changes are captured by themselves."""

    def _copy(self, path: Path, base: Any) -> str | None:
        try:
            if not path.is_file() or path.stat().st_size > MAX_COPY_BYTES:
                say_once(f"save {path}", f"{path} is no file of at most {MAX_COPY_BYTES >> 20} MiB; it is not copied")
                return None
            inside = Path(os.path.relpath(path, base)) if base else Path(path.name)
            if ".." in inside.parts:
                raise ValueError(f"it does not lie in {base}")
            target = Path(self.dir) / inside
            if not target.exists() or not target.samefile(path):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
        except (OSError, ValueError) as error:
            self.tailboard.refuse(f"save {path}", f"{path} is not copied: {error}")
            return None
        return str(target)
