import dataclasses
import math

from app.readers.facts import scalar_facts
from app.store.aside import is_aside, is_of_machine
from app.store.best import best_of
from app.store.broken import broken_of
from app.store.hparams import hyper_parameters
from tests.arrays import ArrayStore, columns

ASIDE = (
    *("system/cpu_percent", "time/steps_per_s", "time/fps", "DeviceStatsMonitor.on_train_batch_end/cpu_percent"),
    *(
        "watch/grad_norm",
        "watch/activation_mean/score",
        "epoch",
        "trainer/global_step",
        "lr",
        "train/lr",
        "lr-Adam/pg1",
    ),
)
JUDGED = ("train/loss", "train_loss_epoch", "epoch/loss", "timeliness/score", "val/acc", "runtime/score")


def summary(**values):
    series = {tag.replace("__", "/"): columns(logged) for tag, logged in values.items()}
    store = ArrayStore()
    store.put("a", series)
    return dataclasses.replace(store.run("a"), facts={tag: scalar_facts(one) for tag, one in series.items()})


def test_the_machine_the_layers_and_the_schedule_are_aside_and_metrics_are_not():
    assert [tag for tag in ASIDE if not is_aside(tag)] == []
    assert [tag for tag in JUDGED if is_aside(tag)] == []
    assert [is_of_machine(tag) for tag in ("time/steps", "watch/grad_norm", "lr")] == [True, False, False]


def test_no_run_is_judged_by_its_time_or_its_layers():
    assert best_of(summary(time__throughput=[9.0], watch__activation_mean__score=[9.0], system__score=[1.0])) is None
    assert best_of(summary(time__throughput=[9.0], train__loss=[0.5])).tag == "train/loss"


def test_runs_without_a_headline_are_ranked_by_a_metric_and_not_by_the_epoch():
    run = summary(epoch=[1.0], lr=[0.1], time__steps=[5.0], watch__grad_norm=[1.0], width=[2.0])
    assert hyper_parameters([run]).metric == "width"


def test_metrics_are_offered_without_the_layers_and_with_what_is_aside_last():
    layer = "watch__grad_norm__net.weight"
    run = summary(**{layer: [1.0]}, epoch=[1.0], train__loss=[1.0], val__acc=[1.0])
    assert list(hyper_parameters([run]).metrics) == ["train/loss", "val/acc", "epoch"]
    assert layer.replace("__", "/") in hyper_parameters([run], layer.replace("__", "/")).metrics


def test_the_metric_that_broke_first_is_told_until_it_is_a_number_again():
    run = summary(train__loss=[1.0, math.nan, math.nan], val__loss=[1.0, 2.0, math.inf], ratio=[math.nan])
    found = broken_of(run)
    assert (found.tag, found.value, found.step) == ("train/loss", "NaN", 1)
    assert broken_of(summary(val__loss=[1.0, math.inf])).value == "infinite"
    assert broken_of(summary(train__loss=[1.0, math.nan, 2.0])) is None
