"""Texts, read as Markdown."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="text", title="Texts", data_class=DataClass.BLOB, page="run", panel="markdown")
