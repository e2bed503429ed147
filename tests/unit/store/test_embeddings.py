"""Vectors and metadata as arrays, from the files that each way of logging leaves."""

import math

import numpy as np
import orjson
import pytest

from app.readers.contract import MediaItem
from app.store import embeddings
from app.store.embeddings import EmbeddingError, Embeddings, labels

VECTORS = np.arange(12, dtype=np.float32).reshape(4, 3)


def item(path, metadata=None, **meta):
    parts = {"metadata": metadata} if metadata else {}
    return MediaItem("words", "embedding", 0, 1.5, path, "application/octet-stream", meta=meta, parts=parts)


def npy(folder, vectors):
    path = folder / "vectors.npy"
    np.save(path, vectors)
    return path


def test_each_form_of_a_table_gives_the_same_vectors(tmp_path):
    (tmp_path / "tensors.tsv").write_text("".join("\t".join(map(str, row)) + "\n" for row in VECTORS.tolist()))
    (tmp_path / "tensors.bytes").write_bytes(VECTORS.tobytes())
    for one in (
        item(npy(tmp_path, VECTORS)),
        item(tmp_path / "tensors.tsv"),
        item(tmp_path / "tensors.bytes", shape=[4, 3]),
    ):
        assert Embeddings().of(one).vectors.tolist() == VECTORS.tolist()


def test_rows_that_are_not_finite_are_left_out_and_counted(tmp_path):
    vectors = VECTORS.copy()
    vectors[1, 2] = np.nan
    metadata = tmp_path / "told.json"
    metadata.write_bytes(
        orjson.dumps({"columns": ["name", "loss"], "rows": [["a", 1], ["b", 2], ["c", "NaN"], ["d", 4]]})
    )
    found = Embeddings().of(item(npy(tmp_path, vectors), metadata))
    assert (found.total, found.left_out, found.rows.tolist()) == (4, 1, [0, 2, 3])
    name, loss = found.columns
    assert (name.values, name.is_number) == (["a", "c", "d"], False)
    assert (loss.values[0], math.isnan(loss.values[1]), loss.is_number) == (1, True, True)


def test_of_too_many_points_always_the_same_are_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(embeddings, "MOST_POINTS", 10)
    path = npy(tmp_path, np.arange(200, dtype=np.float32).reshape(100, 2))
    found, again = Embeddings().of(item(path)), Embeddings().of(item(path))
    assert (len(found.vectors), found.total) == (10, 100)
    assert found.rows.tolist() == again.rows.tolist() == sorted(set(found.rows.tolist()))
    assert found.vectors[:, 0].tolist() == [2 * row for row in found.rows.tolist()]


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("a\nb\n", ("label",), [["a"], ["b"]]),
        ("name\tsize\na\t1\nb\t2", ["name", "size"], [["a", "1"], ["b", "2"]]),
        ("a\r\n\r\nb\r\n", ("label",), [["a"], [""], ["b"]]),
        ("", (), ()),
    ],
)
def test_metadata_has_a_header_where_it_has_more_than_one_column(text, names, rows):
    assert labels(text) == (names, rows)


def test_metadata_of_another_length_is_shown_as_far_as_it_goes(tmp_path):
    (tmp_path / "metadata.tsv").write_text("name\tsize\na\t1\n")
    found = Embeddings().of(item(npy(tmp_path, VECTORS), tmp_path / "metadata.tsv"))
    assert found.note == "1 rows of metadata for 4 points"
    assert found.columns[0].values == ["a", "", "", ""]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("tensors.tsv", b"1\t2\n3\n", "tensors.tsv is not a table of vectors"),
        ("tensors.tsv", b"1\tx\n", "tensors.tsv is not a table of vectors"),
        ("tensors.tsv", b"", "tensors.tsv is not a table of vectors"),
        ("tensors.bytes", b"123", "its shape is not told"),
        ("vectors.npy", b"no array", "vectors.npy is not a table of vectors"),
    ],
)
def test_a_file_that_is_no_table_is_told_of_in_words(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EmbeddingError, match=words):
        Embeddings().of(item(tmp_path / name))


def test_a_list_of_numbers_is_no_embedding(tmp_path):
    with pytest.raises(EmbeddingError, match="one row for each point"):
        Embeddings().of(item(npy(tmp_path, np.zeros(3, np.float32))))
    with pytest.raises(EmbeddingError, match="no table in the folder"):
        Embeddings().of(item(None))


def test_one_that_was_read_is_read_again_only_where_its_file_changed(tmp_path):
    held, path = Embeddings(), npy(tmp_path, VECTORS)
    first = held.of(item(path))
    assert held.of(item(path)) is first
    path.unlink()
    npy(tmp_path, VECTORS[:2])
    assert len(held.of(item(path)).vectors) == 2
