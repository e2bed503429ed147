"""What Ignite's engines train, for real, read back from the files."""

import ignite.distributed as idist
import pytest
import torch
from ignite.engine import Engine, Events, create_supervised_evaluator, create_supervised_trainer
from ignite.metrics import Accuracy, Loss
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

import trainer_hooks
from tests.logged import media, series, statuses, until
from trainer_hooks.ignite import (
    GradsHistHandler,
    GradsScalarHandler,
    OptimizerParamsHandler,
    TailboardLogger,
    WeightsHistHandler,
    WeightsScalarHandler,
    global_step_from_engine,
)

IMAGES, LABELS = load_digits(return_X_y=True)
IMAGES = torch.tensor(IMAGES / 16, dtype=torch.float32)
LABELS = torch.tensor(LABELS)


def loader(first: int = 0, last: int = 1200, size: int = 300) -> DataLoader:
    return DataLoader(TensorDataset(IMAGES[first:last], LABELS[first:last]), batch_size=size)


class Training:
    """A small classifier of digits and its engine."""

    def __init__(self):
        torch.manual_seed(0)
        self.model = torch.nn.Sequential(torch.nn.Linear(64, 16), torch.nn.Tanh(), torch.nn.Linear(16, 10))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.5)
        self.loss = torch.nn.CrossEntropyLoss()
        self.engine = create_supervised_trainer(self.model, self.optimizer, self.loss)


def test_a_training_on_the_digits_is_logged_by_the_handlers(tmp_path):
    training = Training()
    measures = {"accuracy": Accuracy(), "loss": Loss(training.loss)}
    evaluator = create_supervised_evaluator(training.model, metrics=measures)
    losses, accuracies = [], []
    training.engine.add_event_handler(Events.ITERATION_COMPLETED, lambda engine: losses.append(engine.state.output))
    with TailboardLogger(tmp_path / "run", config={"lr": 0.5}) as logger:
        logger.follow(training.engine)
        logger.attach_output_handler(
            training.engine, Events.ITERATION_COMPLETED, tag="train", output_transform=lambda loss: {"loss": loss}
        )
        logger.attach_output_handler(
            evaluator,
            Events.EPOCH_COMPLETED,
            tag="val",
            metric_names="all",
            global_step_transform=global_step_from_engine(training.engine, Events.ITERATION_COMPLETED),
        )
        logger.attach_opt_params_handler(training.engine, Events.ITERATION_STARTED, training.optimizer)

        @training.engine.on(Events.EPOCH_COMPLETED)
        def evaluate():
            accuracies.append(evaluator.run(loader(1200, 1797, 597)).metrics["accuracy"])

        training.engine.run(loader(), max_epochs=3)
    steps = range(1, 13)
    assert series(tmp_path / "run", "train/loss") == pytest.approx(dict(zip(steps, losses, strict=True)))
    assert series(tmp_path / "run", "lr/group_0") == dict.fromkeys(steps, 0.5)
    assert series(tmp_path / "run", "val/accuracy") == dict(zip((4, 8, 12), accuracies, strict=True))
    assert list(series(tmp_path / "run", "val/loss")) == [4, 8, 12]
    (status,) = statuses(tmp_path / "run")
    assert (status["state"], status["progress"]) == ("finished", {"done": 3, "total": 3})


def test_weights_and_gradients_are_logged_as_norms_and_histograms(tmp_path):
    training = Training()
    engine, event = training.engine, Events.ITERATION_COMPLETED(every=2)
    norms = {}

    @engine.on(event)
    def keep():
        norms[engine.state.iteration] = [training.model[0].weight.grad.norm().item()] + [
            one.detach().norm().item() for one in training.model[2].parameters()
        ]

    with TailboardLogger(tmp_path / "run") as logger:
        logger.attach(engine, WeightsScalarHandler(training.model, tag="net", whitelist=["2"]), event)
        logger.attach(engine, GradsScalarHandler(training.model, whitelist=["0.weight"]), event)
        logger.attach(engine, WeightsHistHandler(training.model, whitelist=["2.bias"]), event)
        logger.attach(engine, GradsHistHandler(training.model, tag="net", whitelist=["2.bias"]), event)
        engine.run(loader(), max_epochs=1)
    for place, tag in enumerate(("grads_norm/0/weight", "net/weights_norm/2/weight", "net/weights_norm/2/bias")):
        expected = {step: norms[step][place] for step in (2, 4)}
        assert series(tmp_path / "run", tag) == pytest.approx(expected)
    found = [(item["tag"], item["kind"], item["_step"]) for item in media(tmp_path / "run")]
    assert found == [(tag, "histogram", step) for step in (2, 4) for tag in ("weights/2/bias", "net/grads/2/bias")]


def test_outputs_may_be_nested_and_texts(tmp_path):
    engine = Engine(lambda _engine, batch: {"losses": [batch, batch + 1], "note": f"batch {batch}"})
    with TailboardLogger(tmp_path / "run") as logger:
        logger.attach_output_handler(
            engine, Events.ITERATION_COMPLETED, "train", output_transform=lambda output: output
        )
        engine.run([5, 6])
    assert series(tmp_path / "run", "train/losses/1") == {1: 6, 2: 7}
    assert [(item["tag"], item["text"], item["_step"]) for item in media(tmp_path / "run")] == [
        ("train/note", "batch 5", 1),
        ("train/note", "batch 6", 2),
    ]


def test_a_file_stop_terminates_the_engine_that_is_followed(tmp_path):
    training = Training()
    with TailboardLogger(tmp_path / "run") as logger:

        @training.engine.on(Events.ITERATION_STARTED(once=3))
        def ask():
            (logger.run.path / "STOP").touch()
            until(lambda: logger.run.stop_requested)

        logger.follow(training.engine)
        training.engine.run(loader(), max_epochs=3)
    assert training.engine.state.iteration == 3
    (status,) = statuses(tmp_path / "run")
    assert (status["state"], status["stop_requested"]["seen"]) == ("finished", True)


def spoilt(_engine, batch):
    if batch == 1:
        raise ValueError("the data is spoilt")
    return batch


@pytest.mark.parametrize("follows", [True, False], ids=["followed", "left by its with block"])
def test_an_exception_ends_the_run_as_failed_and_goes_on(tmp_path, follows):
    engine = Engine(spoilt)
    logger = TailboardLogger(tmp_path / "run")
    if follows:
        logger.follow(engine)
        with pytest.raises(ValueError, match="spoilt"):
            engine.run([0, 1])
    else:
        with pytest.raises(ValueError, match="spoilt"), logger:
            engine.run([0, 1])
    (status,) = statuses(tmp_path / "run")
    assert (status["state"], status["exit"]["message"]) == ("failed", "the data is spoilt")


def test_an_exception_that_the_training_deals_with_is_left_to_it(tmp_path):
    engine, caught = Engine(spoilt), []
    engine.add_event_handler(Events.EXCEPTION_RAISED, lambda _engine, error: caught.append(error))
    with TailboardLogger(tmp_path / "run") as logger:
        logger.follow(engine)
        engine.run([0, 1])
    assert [str(error) for error in caught] == ["the data is spoilt"]


def test_a_run_that_was_given_stays_open(tmp_path):
    engine = Engine(lambda _engine, batch: batch)
    with trainer_hooks.init(tmp_path / "run") as run:
        with TailboardLogger(run=run) as logger:
            logger.attach_output_handler(
                engine, Events.ITERATION_COMPLETED, "train", output_transform=lambda value: value
            )
            engine.run([5])
        assert not run.finished
    assert series(tmp_path / "run", "train/output") == {1: 5}


def test_other_processes_of_a_job_log_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(idist, "get_rank", lambda: 1)
    training = Training()
    with TailboardLogger(tmp_path / "run") as logger:
        logger.follow(training.engine)
        logger.attach_output_handler(training.engine, Events.ITERATION_COMPLETED, "train", output_transform=float)
        logger.attach(training.engine, OptimizerParamsHandler(training.optimizer), Events.ITERATION_STARTED)
        logger.attach(training.engine, WeightsScalarHandler(training.model), Events.EPOCH_COMPLETED)
        logger.attach(training.engine, WeightsHistHandler(training.model), Events.EPOCH_COMPLETED)
        training.engine.run(loader())
    assert training.engine.state.iteration == 4
    assert list(tmp_path.iterdir()) == []
