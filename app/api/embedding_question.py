"""What is asked of an embedding: which one, and by which method its points get coordinates."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Literal, cast

import orjson

from app.api.asked import Asked
from app.store.embeddings import Embedding
from app.store.query import QuestionError
from app.transforms.maps import Parameters
from app.transforms.projection import Axis, Metric

AnyMethod = Literal["pca", "axes", "tsne", "umap"]

_MOST_AXES = 3
_VERSION = 1  # of what maps are made of: a change makes those in the cache another question's


@dataclass(frozen=True, slots=True)
class Question:
    """Which coordinates are asked for.

    Attributes:
        run_id, tag, at: the embedding; `at` is the place of the item in the list of its tag.
        method: how vectors become coordinates.
        sphere: whether vectors are centred and put on the unit sphere first.
        axes: of method "axes", one to three.
        parameters: of the methods that take long.
    """

    run_id: str
    tag: str
    at: int
    method: AnyMethod
    sphere: bool = False
    axes: Sequence[Axis] = ()
    parameters: Parameters = field(default_factory=Parameters)

    def job(self) -> dict[str, Any]:
        """Return what the process of a map needs to know. Raises QuestionError where none takes so long."""
        if self.method not in ("tsne", "umap"):
            raise QuestionError(f"{self.method} needs no job; ask for its coordinates.")
        return {"method": self.method, "parameters": asdict(self.parameters)}

    def key(self, embedding: Embedding) -> str:
        """Return the name of the map's job: the same for the same vectors, method and parameters."""
        told = [_VERSION, embedding.digest, self.sphere, self.job()]
        return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def parse_question(asked: Asked) -> Question:
    """Read a question from its JSON value. Raises QuestionError."""
    return Question(
        run_id=asked.text("run"),
        tag=asked.text("tag"),
        at=_whole(asked, "at", 0),
        method=cast("AnyMethod", asked.choice("method", AnyMethod, "pca")),
        sphere=asked.flag("sphere"),
        axes=_axes(asked.objects("axes", "an axis")),
        parameters=_parameters(asked.object("parameters")),
    )


def _axes(asked: Sequence[Asked]) -> Sequence[Axis]:
    if len(asked) > _MOST_AXES:
        raise QuestionError(f"There are {len(asked)} axes; {_MOST_AXES} are the most.")
    return tuple(
        Axis(
            dimension=_whole(one, "dimension", 0) if one.has("dimension") else None,
            start=one.whole_numbers("start"),
            end=one.whole_numbers("end"),
        )
        for one in asked
    )


def _parameters(asked: Asked) -> Parameters:
    usual = Parameters()
    try:
        return Parameters(
            dims=_whole(asked, "dims", usual.dims),
            metric=cast("Metric", asked.choice("metric", Metric, usual.metric)),
            perplexity=asked.number("perplexity", usual.perplexity),
            iterations=_whole(asked, "iterations", usual.iterations),
            neighbours=_whole(asked, "neighbours", usual.neighbours),
            min_dist=asked.number("min_dist", usual.min_dist),
        )
    except QuestionError:
        raise
    except ValueError as error:
        raise QuestionError(str(error)) from error


def _whole(asked: Asked, name: str, otherwise: int) -> int:
    value = asked.number(name, otherwise)
    if value != int(value) or value < 0:
        raise QuestionError(f"{name} must be a whole number of at least 0, not {value:g}.")
    return int(value)
