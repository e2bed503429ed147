"""Coordinates of points with what was told of them, as a file."""

import csv
import io
from typing import Literal
from urllib.parse import quote

import numpy as np
from flask import Response

from app.api.embedding_question import Question
from app.store.embeddings import Embedding
from app.transforms.projection import FloatArray

FORMATS = Literal["csv", "tsv", "npy"]

_TYPES = {"csv": "text/csv", "tsv": "text/tab-separated-values", "npy": "application/x-npy"}


def file_answer(form: str, question: Question, embedding: Embedding, coordinates: FloatArray) -> Response:
    """Answer with a file: a row for each point in its order, or in `npy` the coordinates alone, float32 (n, c)."""
    content = _array(coordinates) if form == "npy" else _table(form, question.method, embedding, coordinates)
    response = Response(content, mimetype=_TYPES[form])
    name = f"{question.run_id}-{question.tag}-{question.method}.{form}".replace("/", "-")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _array(coordinates: FloatArray) -> bytes:
    file = io.BytesIO()
    np.save(file, coordinates, allow_pickle=False)
    return file.getvalue()


def _table(form: str, method: str, embedding: Embedding, coordinates: FloatArray) -> str:
    text = io.StringIO()
    rows = csv.writer(text, delimiter="," if form == "csv" else "\t", lineterminator="\n")
    names = [f"{method}_{place + 1}" for place in range(coordinates.shape[1])]
    rows.writerow(["row", *(column.name for column in embedding.columns), *names])
    told = [column.values for column in embedding.columns]
    rows.writerows(zip(embedding.rows.tolist(), *told, *coordinates.T.tolist(), strict=True))
    return text.getvalue()
