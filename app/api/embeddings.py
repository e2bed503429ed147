"""`/api/v1/embeddings/…`: logged embeddings, coordinates of their points, maps that take long, nearest neighbours."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, get_args

import numpy as np
from flask import Flask, Response

from app.api.answers import error_answer, json_answer, plain
from app.api.asked import Asked
from app.api.embedding_file import FORMATS, file_answer
from app.api.embedding_question import Question, parse_question
from app.api.items import item_at, items_of, present
from app.api.parameters import choice, count, flag, needed
from app.api.posted import posted_change, posted_question
from app.api.wire import Body
from app.settings import Settings
from app.store.cache import default_folder
from app.store.embeddings import Column, Embedding, EmbeddingError, Embeddings
from app.store.held import Held
from app.store.jobs import Jobs, JobsFullError, JobState
from app.store.memory import StoreLike
from app.store.query import QuestionError
from app.transforms.maps import missing
from app.transforms.projection import Components, FloatArray, Metric, along, neighbours, on_sphere, principal_components

_MOST_NEIGHBOURS = 1000
_MOST_CLASSES = 20  # different whole numbers that are taken for classes
_MOST_HELD_BYTES = 128 << 20  # of principal components
_JOB = "app.store.map_job"


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the routes."""
    routes = _Routes(store, Jobs((settings.cache_dir or default_folder(settings.roots)) / "maps", _JOB))
    answers: tuple[tuple[str, str, Callable[[], Response]], ...] = (
        ("info", "GET", routes.info),
        ("points", "GET", routes.points),
        ("neighbours", "GET", routes.neighbours),
        ("coordinates", "POST", routes.coordinates),
        ("job", "POST", routes.job),
        ("cancel", "POST", routes.cancel),
    )
    for name, method, answer in answers:
        route = f"{settings.url_prefix}api/v1/embeddings/{name}"
        server.add_url_rule(route, f"api_embeddings_{name}", answer, methods=[method])
    server.register_error_handler(EmbeddingError, lambda error: error_answer(str(error), 422))
    server.register_error_handler(JobsFullError, lambda error: error_answer(str(error), 503))


class _Routes:
    """Answers, from embeddings that were read before where they were."""

    def __init__(self, store: StoreLike, jobs: Jobs) -> None:
        self._store = store
        self._jobs = jobs
        self._embeddings = Embeddings()
        self._components: Held[tuple[str, bool], Components] = Held(
            _MOST_HELD_BYTES, lambda found: found.coordinates.nbytes
        )

    def info(self) -> Response:
        """Say what is there: how many points of how many dimensions, and what is left out."""
        one = self._asked()
        n, d = one.vectors.shape
        return json_answer(
            {
                "points": n,
                "dimensions": d,
                "total": one.total,
                "left_out": one.left_out,
                "note": one.note,
                "missing": {"tsne": missing("tsne"), "umap": missing("umap")},
            }
        )

    def points(self) -> Response:
        """Give the row of each point among those that were logged (null: all of them), and what was told of it."""
        one = self._asked()
        rows = None if len(one.rows) == one.total else one.rows.tolist()
        return json_answer({"rows": rows, "columns": [_column(column) for column in one.columns]})

    def neighbours(self) -> Response:
        """Give the points that are nearest to one of them."""
        one, point, most = self._asked(), count("point", 0), count("k", 10)
        metric = choice("metric", get_args(Metric), "cosine")
        if point >= len(one.vectors):
            raise QuestionError(f"There is no point {point}: there are {len(one.vectors)}.")
        if not 1 <= most <= _MOST_NEIGHBOURS:
            raise QuestionError(f"The parameter k must be from 1 to {_MOST_NEIGHBOURS}, not {most}.")
        vectors = self._spread(one, sphere=flag("sphere"))
        rows, distances = neighbours(vectors, point, most, metric)  # type: ignore[arg-type]  # it was checked
        return json_answer({"points": rows.tolist(), "distances": plain(distances.tolist())})

    def coordinates(self) -> Response:
        """Give the coordinates of all points, as columns of a `Body` or as a file."""
        asked = Asked(posted_question(), "the question")
        question = parse_question(asked)
        one = self._of(question)
        found, header = self._computed(question, one)
        if asked.has("format"):
            return file_answer(asked.choice("format", FORMATS, "csv"), question, one, found)
        body = Body()
        columns = [body.add(np.ascontiguousarray(found[:, place])) for place in range(found.shape[1])]
        data = body.with_header({**header, "points": len(found), "columns": columns})
        response = Response(data, mimetype="application/octet-stream")
        response.headers["Cache-Control"] = "no-store"
        return response

    def job(self) -> Response:
        """Say how far a map is; with `begin`, begin it."""
        asked = Asked(posted_change(), "the question")
        question = parse_question(asked)
        one = self._of(question)
        key = question.key(one)
        return json_answer(asdict(self._begun(question, one, key) if asked.flag("begin") else self._jobs.state(key)))

    def cancel(self) -> Response:
        """End a map's job."""
        question = parse_question(Asked(posted_change(), "the question"))
        return json_answer({"cancelled": self._jobs.cancel(question.key(self._of(question)))})

    def _begun(self, question: Question, one: Embedding, key: str) -> JobState:
        if words := missing(question.job()["method"]):
            return JobState("failed", words=words)
        try:
            return self._jobs.begin(key, question.job(), self._spread(one, sphere=question.sphere))
        except OSError as error:
            raise EmbeddingError(f"The map cannot be computed: {error}. --cache-dir names another folder.") from error

    def _computed(self, question: Question, one: Embedding) -> tuple[FloatArray, dict[str, Any]]:
        if question.method == "pca":
            key = (one.digest, question.sphere)
            found = self._components.get(key) or self._components.put(
                key, principal_components(self._spread(one, sphere=question.sphere))
            )
            return found.coordinates, {"explained": found.explained.tolist()}
        if question.method == "axes":
            if not question.axes:
                raise QuestionError("Own axes are asked for, and none is told.")
            try:
                return along(self._spread(one, sphere=question.sphere), question.axes), {}
            except ValueError as error:
                raise QuestionError(str(error)) from error
        job = question.key(one)
        array = self._jobs.array(job)
        if array is None:
            raise EmbeddingError("This map is not computed yet: POST /api/v1/embeddings/job with begin does it.")
        return array, {"job": asdict(self._jobs.state(job))}

    def _asked(self) -> Embedding:
        return self._read(needed("run"), needed("tag"), count("at", 0))

    def _of(self, question: Question) -> Embedding:
        return self._read(question.run_id, question.tag, question.at)

    def _read(self, run_id: str, tag: str, at: int) -> Embedding:
        item = item_at(items_of(self._store, run_id, tag, "embedding"), at, run_id, tag)
        with present(run_id):
            return self._embeddings.of(item)

    @staticmethod
    def _spread(one: Embedding, *, sphere: bool) -> FloatArray:
        return on_sphere(one.vectors) if sphere and len(one.vectors) else one.vectors


def _column(column: Column) -> dict[str, Any]:
    told = {"name": column.name, "is_number": column.is_number, "values": plain(list(column.values))}
    return {**told, "is_class": not column.is_number or _are_classes(column.values)}


def _are_classes(values: Sequence[Any]) -> bool:
    different = set(values)
    return len(different) <= _MOST_CLASSES and all(value.is_integer() for value in different)
