"""Embeddings that the config of TensorBoard's projector names, as torch and TensorFlow write it."""

import pytest
from google.protobuf import text_format
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from app.readers.event_files.projector import CONFIG, Embedding, Projector, claimed, read_config
from app.readers.folder import Problems


def look(folder):
    problems = Problems()
    projector = Projector(folder, problems)
    projector.look()
    return projector, problems.all()


def names(folder):
    return {path.name for path in folder.iterdir()}


def put(folder, name, text="1\t2\n"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def write_config(folder, *embeddings):
    config = ProjectorConfig(embeddings=list(embeddings))
    return put(folder, CONFIG, text_format.MessageToString(config))


def test_embeddings_by_torch_are_items_of_the_run_at_their_steps(tmp_path):
    torch = pytest.importorskip("torch")
    tensorboard = pytest.importorskip("torch.utils.tensorboard")
    with tensorboard.SummaryWriter(str(tmp_path)) as writer:
        for step in (5, 10):
            writer.add_embedding(torch.zeros(3, 2), metadata=["a", "b", "c"], global_step=step, tag="words")
    projector, problems = look(tmp_path)
    facts = projector.facts["words"]
    assert (facts.kind, facts.points, facts.first_step, facts.last_step) == ("embedding", 2, 5, 10)
    first, second = projector.items("words")
    assert first.path == tmp_path / "00005" / "words" / "tensors.tsv"
    assert (first.media_type, second.step) == ("text/tab-separated-values", 10)
    assert second.meta == {"metadata": "00010/words/metadata.tsv"}
    assert claimed(tmp_path, names(tmp_path)) == {CONFIG, "00005", "00010"}
    assert problems == ()


def test_all_that_a_config_says_is_taken_over(tmp_path):
    sprite = {"image_path": "sprite.png", "single_image_dim": [28, 14]}
    write_config(
        tmp_path,
        {"tensor_name": 'odd \n "näme"\\', "tensor_path": "t.bytes", "tensor_shape": [10, 3], "metadata_path": "m.tsv"},
        {"tensor_name": "embedding:0", "sprite": sprite},
    )
    assert read_config(tmp_path / CONFIG) == (
        Embedding('odd \n "näme"\\', "t.bytes", "m.tsv", shape=(10, 3)),
        Embedding("embedding:0", sprite="sprite.png", sprite_px=(28, 14)),
    )
    for name in ("t.bytes", "m.tsv", "sprite.png"):
        put(tmp_path, name)
    assert claimed(tmp_path, names(tmp_path)) == names(tmp_path)
    projector, _ = look(tmp_path)
    assert (projector.items("embedding:0")[0].step, projector.items("embedding:0")[0].path) == (0, None)
    assert projector.items('odd \n "näme"\\')[0].media_type == "application/octet-stream"


def test_a_path_as_windows_wrote_it_is_found(tmp_path):
    table = put(tmp_path, "00300/store/tensors.tsv")
    write_config(tmp_path, {"tensor_name": "store:00300", "tensor_path": "00300/store\\tensors.tsv"})
    assert look(tmp_path)[0].items("store")[0].path == table


def test_a_table_that_is_not_there_is_a_problem_and_a_checkpoint_is_none(tmp_path):
    config = write_config(tmp_path, {"tensor_name": "a:00001", "tensor_path": "00001/a.tsv"}, {"tensor_name": "var:0"})
    projector, (problem,) = look(tmp_path)
    assert (problem.path, problem.where) == (config, "00001/a.tsv")
    assert set(projector.facts) == {"a", "var:0"}


@pytest.mark.parametrize("outside", ["../secret.tsv", "{}/secret.tsv", "link/secret.tsv"])
def test_a_table_outside_of_the_run_is_not_shown(tmp_path, outside):
    put(tmp_path, "secret.tsv")
    run = tmp_path / "run"
    run.mkdir()
    (run / "link").symlink_to(tmp_path)
    write_config(run, {"tensor_name": "a", "tensor_path": outside.format(tmp_path)})
    projector, problems = look(run)
    assert projector.items("a")[0].path is None
    assert len(problems) == 1


@pytest.mark.parametrize(
    "text", ["", "\0\1\2", "embeddings", "embeddings {", "}}}{{{", 'embeddings: "x"', "embeddings {" * 5000, "{" * 9]
)
def test_a_config_that_is_none_names_no_table(tmp_path, text):
    put(tmp_path, CONFIG, text)
    projector, problems = look(tmp_path)
    assert not [item for tag in projector.facts for item in projector.items(tag) if item.path]
    assert problems == ()


def test_comments_and_other_forms_of_text_are_understood(tmp_path):
    put(tmp_path, CONFIG, "# made by hand\nembeddings: < tensor_name: 'a', tensor_shape: [3, 2]; metadata_path: 'm' >")
    assert read_config(tmp_path / CONFIG) == (Embedding("a", metadata="m", shape=(3, 2)),)


def test_a_config_that_grew_is_read_again_and_the_same_is_not(tmp_path):
    write_config(tmp_path, {"tensor_name": "a"})
    projector = Projector(tmp_path, Problems())
    assert (projector.look(), projector.look(), set(projector.facts)) == (True, False, {"a"})
    write_config(tmp_path, {"tensor_name": "a"}, {"tensor_name": "b:00007"})
    assert (projector.look(), set(projector.facts)) == (True, {"a", "b"})
    (tmp_path / CONFIG).unlink()
    assert (projector.look(), projector.facts) == (True, {})


def test_a_folder_that_may_hold_runs_is_not_claimed(tmp_path):
    put(tmp_path, "train/tensors.tsv")
    write_config(tmp_path, {"tensor_name": "a", "tensor_path": "train/tensors.tsv"})
    assert claimed(tmp_path, names(tmp_path)) == {CONFIG}
