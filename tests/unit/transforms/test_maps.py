import pytest

from app.transforms import maps
from app.transforms.maps import MissingPackageError, Parameters, embed, missing
from tests.unit.transforms.test_projection import cloud


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"dims": 4}, "dims must be from 2 to 3, not 4"),
        ({"perplexity": 1}, "perplexity must be from 2 to 200"),
        ({"iterations": 10}, "iterations must be from 50 to 5000"),
        ({"neighbours": 500}, "neighbours must be from 2 to 200"),
        ({"min_dist": 1.5}, "min_dist must be from 0 to 1, not 1.5"),
    ],
)
def test_parameters_out_of_bounds_are_refused_in_words(wrong, words):
    with pytest.raises(ValueError, match=words):
        Parameters(**wrong)


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(maps._PACKAGES, "umap", ("nowhere_to_be_found", "UMAP"))
    assert missing("tsne") == ""
    assert "UMAP needs the package" in missing("umap")
    with pytest.raises(MissingPackageError, match="pip install"):
        embed(cloud(10, 3), "umap", Parameters(), lambda *_: None)


def test_the_same_vectors_give_the_same_map_and_it_tells_how_far_it_is():
    told = []
    maps = [embed(cloud(40, 300), "tsne", Parameters(iterations=50), lambda *said: told.append(said)) for _ in range(2)]
    assert maps[0].tolist() == maps[1].tolist()
    shares = [share for share, _, _ in told[: len(told) // 2]]
    assert shares == sorted(shares)
    assert 0.8 < shares[-1] <= 1
    assert told[-1][1].endswith("of 50")
    assert told[-1][2].shape == (40, 2)
