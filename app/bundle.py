"""The app's own scripts and style sheets, each kind joined into one file: a hundred requests would slow every start."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response

_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files of one kind, in the order of their names.

    Attributes:
        name: of the address, with a checksum of the content in it, so that a browser may keep it for good.
        content: all of them, one after the other.
        media_type: "text/javascript" or "text/css".
    """

    name: str
    content: str
    media_type: str

    def serve(self, server: Flask, prefix: str) -> str:
        """Add the route, and return its address."""
        address = f"{prefix}{self.name}"
        server.add_url_rule(address, f"bundle_{self.media_type}", self._answer)
        return address

    def _answer(self) -> Response:
        response = Response(self.content, mimetype=self.media_type)
        response.headers["Cache-Control"] = _FOR_GOOD
        return response


def scripts(assets: Path) -> Bundle:
    """Return the scripts below `assets`. Each is a function of its own, so that they share nothing by name."""
    return _bundle(assets / "js", "js", "text/javascript")


def style_sheets(assets: Path) -> Bundle:
    """Return the style sheets below `assets`."""
    return _bundle(assets / "css", "css", "text/css")


def _bundle(folder: Path, suffix: str, media_type: str) -> Bundle:
    files = sorted(folder.glob(f"*.{suffix}"))
    content = "\n".join(f"/* {path.name} */\n{path.read_text(encoding='utf-8')}" for path in files)
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return Bundle(f"app-{digest}.{suffix}", content, media_type)
