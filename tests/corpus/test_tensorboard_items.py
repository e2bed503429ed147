"""What event files of other people hold beside scalars, against the facts that TensorBoard's reader gives."""

import hashlib

import pytest

from app.readers.event_files.items import GRAPH_TAG
from tests.corpus.corpus import FOLDER, expected, files, needed, opened

FILES = [path for path in files("tensorboard", "mlflow", "ray_tune") if "tfevents" in path]
FOLDERS = [path for path in expected()["directories"] if path.startswith(("tensorboard/", "mlflow/"))]
CONFIGS = [path for path in files("tensorboard") if path.endswith("projector_config.pbtxt")]
KINDS = {
    "images": "image",
    "histograms": "histogram",
    "pr_curves": "pr_curve",
    "graph_keras_model": "graph",
    "graph_run_metadata": "graph",
    "graph_run_metadata_graph": "graph",
}


def items_of(known):
    """Facts of the tags that are no scalars; where a checksum is wrong the file's are not compared."""
    return {tag: one for tag, one in known["tags"].items() if one["kind"] != "scalars"}


@needed
@pytest.mark.parametrize(
    "path", [path for path in FILES if "records_with_wrong_checksum" not in expected()["files"][path]]
)
def test_every_value_of_a_file_that_is_no_scalar_is_an_item(path):
    known = expected()["files"][path]
    _, log = opened(path)
    wanted = items_of(known)
    found = {tag: facts for tag, facts in log.facts.items() if facts.kind != "scalar"}
    assert found.keys() - {GRAPH_TAG} == wanted.keys()
    for tag, one in wanted.items():
        facts = found[tag]
        assert facts.kind == KINDS.get(one["kind"], one["kind"])
        assert (facts.points, facts.first_step, facts.last_step) == (one["n"], one["first_step"], one["last_step"])
        assert_items(log.media(tag), one)
    assert log.info.config == known.get("hparams", {}).get("session_start", {})
    if "graph_nodes" in known:
        assert known["graph_nodes"] in [item.meta["nodes"] for item in log.media(GRAPH_TAG)]


def assert_items(items, known):
    first = items[0]
    assert sum(item.index == 0 for item in items) == known["n"]
    assert not [item.caption for item in items if item.caption.startswith("It could not be read")]
    if known["form"] in {"image", "audio"}:
        data = first.path.read_bytes()[first.span.offset :][: first.span.size]
        sign = known.get("first_sha1") or known["first"]["sha1"]
        assert hashlib.sha1(data, usedforsecurity=False).hexdigest()[: len(sign)] == sign
    if known["kind"] in {"images", "audio"}:
        assert all(item.media_type.startswith(("image/", "audio/")) for item in items)
        assert [item.check() for item in items] == [""] * len(items)
    if known["kind"] == "images" and known["form"] == "image":
        assert (first.width_px, first.height_px) == (known["first"]["w"], known["first"]["h"])
    if "first_text" in known and known["shape_first"] == []:
        assert first.text.startswith(known["first_text"])


@needed
@pytest.mark.parametrize("path", FOLDERS)
def test_the_items_of_all_files_of_a_folder_are_those_of_one_run(path):
    wanted = items_of(expected()["directories"][path])
    _, log = opened(path)
    for tag, one in wanted.items():
        facts = log.facts[tag]
        assert (facts.points, facts.first_step, facts.last_step) == (one["n"], one["first_step"], one["last_step"])


@needed
@pytest.mark.parametrize("path", [path for path in CONFIGS if any((FOLDER / path).parent.glob("*tfevents*"))])
def test_embeddings_that_a_config_names_belong_to_the_run_beside_it(path):
    folder = (FOLDER / path).parent
    _, log = opened(str(folder.relative_to(FOLDER)))
    embeddings = {tag for tag, facts in log.facts.items() if facts.kind == "embedding"}
    assert bool(embeddings) == (b"tensor" in (FOLDER / path).read_bytes())
    for item in (item for tag in embeddings for item in log.media(tag)):
        assert item.path is None or item.path.resolve().is_relative_to(folder.resolve())
