"""Coordinates of points with what was told of them, as a file."""

import io
from collections.abc import Callable
from typing import Literal

import numpy as np
from flask import Response

from app.api.answers import download
from app.api.embedding_question import Question
from app.api.table_text import csv_number, csv_text
from app.store.embeddings import Column, Embedding
from app.transforms.projection import FloatArray

FORMATS = Literal["csv", "tsv", "npy"]

_PARTS_CELLS = str.maketrans("\t\r\n", "   ")


def file_answer(form: str, question: Question, embedding: Embedding, coordinates: FloatArray) -> Response:
    """Answer with a file: a row for each point in its order, or in `npy` the coordinates alone, float32 (n, c)."""
    content = _array(coordinates) if form == "npy" else _table(form, question.method, embedding, coordinates)
    return download(content, f"{question.run_id}-{question.tag}-{question.method}", form)


def _array(coordinates: FloatArray) -> bytes:
    file = io.BytesIO()
    np.save(file, coordinates, allow_pickle=False)
    return file.getvalue()


def _table(form: str, method: str, embedding: Embedding, coordinates: FloatArray) -> str:
    mark, cell = (",", csv_text) if form == "csv" else ("\t", _tsv_text)
    names = [f"{method}_{place + 1}" for place in range(coordinates.shape[1])]
    head = ["row", *(cell(column.name) for column in embedding.columns), *names]
    told = [_cells(column, cell) for column in embedding.columns]
    rows = zip(map(str, embedding.rows.tolist()), *told, *(map(str, one) for one in coordinates.T), strict=True)
    return "".join(f"{mark.join(row)}\n" for row in (head, *rows))


def _cells(column: Column, cell: Callable[[str], str]) -> list[str]:
    if column.is_number:
        return [csv_number(float(value)) for value in column.values]
    return [cell(str(value)) for value in column.values]


def _tsv_text(text: str) -> str:
    """Return text as one cell: what would part cells or lines becomes a blank."""
    return text.translate(_PARTS_CELLS)
