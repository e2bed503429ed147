"""One file per log format, found by walking this folder."""
