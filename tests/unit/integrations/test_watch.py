"""`Run.watch`: numbers held against plain computation, and everything that people wrap around a training."""

import copy
import io
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.optimizer import _global_optimizer_pre_hooks

import trainer_hooks
from app.readers.walk import all_readers
from app.settings import LogRoot
from app.store.discovery import Discovery

ROOT = Path(__file__).parents[3]


class Logged:
    """What a run folder holds, read as the app reads it."""

    def __init__(self, folder):
        found = Discovery([LogRoot("", folder)], all_readers()).find()
        (one,) = found.values()
        self.log = one.reader.open(one.path)
        while self.log.poll().behind:
            pass
        self.tags = set(self.log.facts)

    def __getitem__(self, tag):
        columns = self.log.load([tag])[tag]
        return dict(zip(columns.step.tolist(), columns.value.tolist(), strict=True))

    def texts(self, tag):
        return [(item.step, item.text) for item in self.log.media(tag)]


@pytest.fixture
def run(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        yield run


def two_layers():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


def batch(seed=0, size=5):
    return torch.randn(size, 3, generator=torch.Generator().manual_seed(seed))


def train(run, model, optimizer, steps, first=0, loss=lambda out: out.square().sum()):
    for step in range(first, first + steps):
        optimizer.zero_grad()
        loss(model(batch(step))).backward()
        optimizer.step()
        run.log({"loss": 0.0}, step=step)


def read(run, tmp_path):
    run.finish()
    return Logged(tmp_path)


def test_every_number_is_what_numpy_makes_of_the_same_step(run, tmp_path):
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with torch.no_grad():
        model[0].weight[0] = 0.0
        model[0].bias[0] = -1.0  # a dead unit
    run.watch(model, optimizer, every=3)
    before = {name: one.detach().numpy().copy() for name, one in model.named_parameters()}
    hidden = batch(0).numpy() @ before["0.weight"].T + before["0.bias"]
    train(run, model, optimizer, 1)
    gradients = {name: one.grad.numpy().copy() for name, one in model.named_parameters()}
    after = {name: one.detach().numpy().copy() for name, one in model.named_parameters()}
    train(run, model, optimizer, 4, first=1)
    logged = read(run, tmp_path)
    for name, old in before.items():
        assert logged[f"watch/grad_norm/{name}"][0] == pytest.approx(np.linalg.norm(gradients[name]), rel=1e-5)
        assert logged[f"watch/weight_norm/{name}"][0] == pytest.approx(np.linalg.norm(after[name]), rel=1e-5)
        ratio = np.linalg.norm(after[name] - old) / np.linalg.norm(old)
        assert logged[f"watch/update_ratio/{name}"][0] == pytest.approx(ratio, rel=1e-4)
        assert logged[f"watch/grad_zeros/{name}"][0] == pytest.approx((gradients[name] == 0).mean())
        assert logged[f"watch/grad_nonfinite/{name}"] == {0: 0.0, 3: 0.0}
    assert logged["watch/grad_zeros/0.weight"][0] >= 0.25
    assert logged["watch/activation_mean/0"][0] == pytest.approx(hidden.mean(), rel=1e-5)
    assert logged["watch/activation_std/0"][0] == pytest.approx(hidden.std(), rel=1e-5)
    assert logged["watch/activation_zeros/1"][0] == pytest.approx((hidden <= 0).mean())
    total = math.sqrt(sum(np.linalg.norm(one) ** 2 for one in gradients.values()))
    assert logged["watch/grad_norm"][0] == pytest.approx(total, rel=1e-5)
    assert set(logged["loss"]) == {0, 1, 2, 3, 4}


def test_a_measured_row_does_not_count_as_a_log_of_the_training(run, tmp_path):
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    run.watch(model, optimizer, every=1)
    for _ in range(3):
        model(batch()).sum().backward()
        optimizer.step()
        run.log({"loss": 1.0})
    logged = read(run, tmp_path)
    assert set(logged["loss"]) == set(logged["watch/grad_norm"]) == {0, 1, 2}


@pytest.mark.parametrize("log_every", [10, 1000])
def test_steps_line_up_with_a_training_that_logs_seldom(run, tmp_path, log_every):
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    run.watch(model, optimizer, every=7, activations=False)
    for step in range(30):
        model(batch()).sum().backward()
        optimizer.step()
        if step % log_every == 0:
            run.log({"loss": 1.0}, step=step)
    assert set(read(run, tmp_path)["watch/grad_norm"]) == {0, 7, 14, 21, 28}


def test_with_gradient_accumulation_a_step_is_one_of_the_optimizer_and_all_its_passes_count(run, tmp_path):
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    count = 0
    run.watch(model, optimizer, every=2, step=lambda: count)
    parts = []
    for count in range(8):  # the training's own counter: passes
        out = model(batch(count, size=count + 1))
        if count < 4:
            parts.append(out.detach().numpy())
        (out.sum() / 4).backward()
        if count % 4 == 3:
            gradient = float(model[0].weight.grad.norm())
            optimizer.step()
            optimizer.zero_grad()
            if count == 3:
                wanted = gradient
    logged = read(run, tmp_path)
    assert logged["watch/grad_norm/0.weight"] == {3: pytest.approx(wanted, rel=1e-5)}
    assert logged["watch/activation_mean/2"][3] == pytest.approx(np.concatenate(parts).mean(), rel=1e-5)
    assert logged["watch/activation_std/2"][3] == pytest.approx(np.concatenate(parts).std(), rel=1e-5)


class Root(nn.Module):
    """Finite for what is positive; at 0 the gradient of its root is infinite, and of what is negative it is NaN."""

    def forward(self, values):
        return values.sqrt()


def test_the_first_layer_whose_output_is_not_finite_is_named_between_measured_steps(run, tmp_path, caplog):
    model = nn.Sequential(nn.Linear(3, 4), Root(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
    with torch.no_grad():
        model[0].weight.zero_()
        model[0].bias.fill_(1.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
    run.watch(model, optimizer, every=100)
    train(run, model, optimizer, 5)
    with torch.no_grad():
        model[0].bias[1] = -1.0
    train(run, model, optimizer, 3, first=5)
    logged = read(run, tmp_path)
    ((step, words),) = logged.texts("watch/first_nonfinite")
    assert step == 5
    assert words.startswith("Step 5: `1` (Root) is the first layer whose output is not finite.")
    assert [one.message for one in caplog.records] == [words]
    assert logged["watch/nonfinite_layers"][5] > 0
    assert logged["watch/nonfinite_layers"][0] == 0


def test_the_layer_is_named_with_gradients_left_out_too(run, tmp_path):
    model = nn.Sequential(nn.Linear(3, 4), Root(), nn.Linear(4, 2))
    with torch.no_grad():
        model[0].weight.zero_()
        model[0].bias.fill_(1.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
    run.watch(model, optimizer, every=100, gradients=False)
    train(run, model, optimizer, 2)
    with torch.no_grad():
        model[0].bias.fill_(-1.0)
    train(run, model, optimizer, 1, first=2)
    ((step, words),) = read(run, tmp_path).texts("watch/first_nonfinite")
    assert (step, words) == (2, "Step 2: `1` (Root) is the first layer whose output is not finite.")


def test_of_two_optimizers_either_one_finds_the_layer_whose_output_broke(run, tmp_path):
    model = nn.ModuleDict({"ours": nn.Linear(3, 3), "theirs": nn.Sequential(nn.Linear(3, 4), Root(), nn.Linear(4, 2))})
    with torch.no_grad():
        model["theirs"][0].weight.zero_()
        model["theirs"][0].bias.fill_(1.0)
    optimizers = [torch.optim.SGD(part.parameters(), lr=1e-6) for part in model.values()]
    run.watch(model, optimizers, every=100)
    for step in range(3):
        if step == 2:
            with torch.no_grad():
                model["theirs"][0].bias.fill_(-1.0)
        for part, optimizer in zip(model.values(), optimizers, strict=True):
            optimizer.zero_grad()
            part(batch(step)).square().sum().backward()
            optimizer.step()
        run.log({"loss": 0.0}, step=step)
    ((step, words),) = read(run, tmp_path).texts("watch/first_nonfinite")
    assert step == 2
    assert words.startswith("Step 2: `theirs.1` (Root) is the first layer whose output is not finite.")


def test_what_reaches_no_gradient_is_seen_in_measured_steps_alone(run, tmp_path):
    class Cut(nn.Module):
        def forward(self, values):
            return values.nan_to_num()

    model = nn.Sequential(nn.Linear(3, 4), Root(), Cut(), nn.Linear(4, 2))
    with torch.no_grad():
        model[0].weight.zero_()
        model[0].bias.fill_(-1.0)
    optimizer = torch.optim.SGD(model[3].parameters(), lr=1e-6)
    watched = run.watch(model, optimizer, every=3, layers=r"^[123]")
    model[0].bias.data.fill_(1.0)
    train(run, model, optimizer, 1)
    model[0].bias.data.fill_(-1.0)
    train(run, model, optimizer, 3, first=1)
    watched.remove()
    ((step, words),) = read(run, tmp_path).texts("watch/first_nonfinite")
    assert (step, words) == (3, "Step 3: `1` (Root) is the first layer whose output is not finite.")


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("missing", [False, True])
def test_one_broken_gradient_is_found_beside_others_and_beside_a_missing_one(run, tmp_path, broken, missing):
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
    run.watch(model, optimizer, every=100)
    train(run, model, optimizer, 2)
    model(batch()).sum().backward()
    model[1].bias.grad[1] = broken
    model[2].bias.grad[1] = -math.inf if broken == math.inf else 0.0
    if missing:
        model[0].bias.grad = model[0].weight.grad = None
    optimizer.step()
    layer = 2 if broken == math.inf else 1
    assert read(run, tmp_path).texts("watch/first_nonfinite") == [
        (2, f"Step 2: going back from the loss, the first gradient that is not finite is in `{layer}`.")
    ]


def test_of_gradients_alone_the_first_one_on_the_way_back_is_named(run, tmp_path):
    model = nn.Sequential(nn.Linear(3, 4), Root(), nn.Linear(4, 2))
    with torch.no_grad():
        model[0].weight.zero_()
        model[0].bias.fill_(1.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
    run.watch(model, optimizer, every=100)
    train(run, model, optimizer, 2)
    with torch.no_grad():
        model[0].weight.zero_()
        model[0].bias.zero_()  # sqrt(0) is 0, its gradient infinite
    train(run, model, optimizer, 1, first=2)
    ((step, words),) = read(run, tmp_path).texts("watch/first_nonfinite")
    assert (step, words) == (
        2,
        "Step 2: going back from the loss, the first gradient that is not finite is in `0`.",
    )


def test_what_is_not_finite_is_counted_and_makes_norms_what_they_are(run, tmp_path):
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer, every=1)
    model(batch()).sum().backward()
    model[0].weight.grad[0, :2] = math.nan
    model[2].bias.grad[0] = math.inf
    optimizer.step()
    logged = read(run, tmp_path)
    assert logged["watch/grad_nonfinite/0.weight"][0] == pytest.approx(2 / 12)
    assert math.isnan(logged["watch/grad_norm/0.weight"][0])
    assert logged["watch/grad_norm/2.bias"][0] == math.inf
    assert logged["watch/weight_nonfinite/0.weight"][0] == pytest.approx(2 / 12)
    assert logged["watch/weight_nonfinite/2.bias"][0] == 0.5
    assert math.isnan(logged["watch/update_ratio/0.weight"][0])
    assert math.isnan(logged["watch/grad_norm"][0])
    assert logged["watch/nonfinite_layers"][0] == 2


def test_without_an_optimizer_the_one_that_has_the_parameters_is_found(run, tmp_path):
    model, other = two_layers(), two_layers()
    run.watch(model, every=2)
    stranger = torch.optim.SGD(other.parameters(), lr=0.1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    other(batch()).sum().backward()
    stranger.step()
    train(run, model, optimizer, 3)
    logged = read(run, tmp_path)
    assert set(logged["watch/update_ratio/0.weight"]) == {0, 2}
    assert not _global_optimizer_pre_hooks


def test_a_training_without_optimizers_of_torch_says_when_it_made_a_step(run, tmp_path):
    model = two_layers()
    watched = run.watch(model, every=2)
    ratios = {}
    for step in range(4):
        model.zero_grad()
        model(batch(step)).sum().backward()
        with torch.no_grad():
            before = model[0].weight.clone()
            for one in model.parameters():
                one.sub_(one.grad, alpha=0.1)
            ratios[step] = float((model[0].weight - before).norm() / before.norm())
        watched.step()
    logged = read(run, tmp_path)
    assert set(logged["watch/grad_norm/0.weight"]) == {0, 2}
    assert logged["watch/update_ratio/0.weight"] == {2: pytest.approx(ratios[2], rel=1e-4)}


def test_closures_are_measured_with_the_gradients_that_they_made(run, tmp_path):
    model = two_layers()
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=2)

    def closure():
        optimizer.zero_grad()
        loss = model(batch()).square().sum()
        loss.backward()
        return loss

    run.watch(model, optimizer, every=1)
    optimizer.step(closure)
    logged = read(run, tmp_path)
    assert logged["watch/grad_norm/0.weight"][0] == pytest.approx(float(model[0].weight.grad.norm()), rel=1e-5)
    assert logged["watch/update_ratio/0.weight"][0] > 0


def test_two_models_of_a_run_have_names_of_their_own(run, tmp_path):
    generator, critic = two_layers(), nn.Linear(2, 1)
    ours, theirs = torch.optim.SGD(generator.parameters(), lr=0.1), torch.optim.SGD(critic.parameters(), lr=0.1)
    run.watch(generator, ours, every=1, name="generator")
    run.watch(critic, theirs, every=1, name="critic")
    critic(generator(batch()).detach()).sum().backward()
    theirs.step()
    critic(generator(batch())).sum().backward()
    ours.step()
    logged = read(run, tmp_path)
    assert {"watch/grad_norm/critic.weight", "watch/grad_norm/generator.0.weight"} <= logged.tags
    assert {"watch/critic.grad_norm", "watch/generator.grad_norm"} <= logged.tags


@pytest.mark.parametrize("when", ["before", "after", "run"])
def test_a_compiled_model_is_measured_in_one_graph_whenever_it_was_compiled(run, tmp_path, when):
    from torch._dynamo.testing import CompileCounter

    torch._dynamo.reset()
    counter = CompileCounter()
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    if when == "before":
        run.watch(model, optimizer, every=4)
    compiled = torch.compile(model, backend=counter, fullgraph=True)
    if when == "run":
        compiled(batch()).sum().backward()
        optimizer.zero_grad()
    if when != "before":
        run.watch(compiled, optimizer, every=4)
    hidden = nn.functional.linear(batch(0), model[0].weight, model[0].bias).detach()
    train(run, compiled, optimizer, 10)
    logged = read(run, tmp_path)
    assert counter.frame_count == 2 + (when == "run")  # measured steps, other steps, and before it was watched
    assert set(logged["watch/activation_mean/0"]) == {0, 4, 8}
    assert logged["watch/activation_mean/0"][0] == pytest.approx(float(hidden.mean()), rel=1e-5)
    assert logged["watch/activation_std/0"][0] == pytest.approx(float(hidden.std(correction=0)), rel=1e-5)


def test_a_model_that_is_compiled_between_measured_steps_is_measured_whole_at_the_next(run, tmp_path):
    torch._dynamo.reset()
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    run.watch(model, optimizer, every=4)
    train(run, model, optimizer, 2)
    assert [len(module._forward_hooks) for module in model] == [1, 0, 1]  # ReLU of what is finite is finite
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    train(run, compiled, optimizer, 7, first=2)
    logged = read(run, tmp_path)
    assert {step for at in range(3) for step in logged[f"watch/activation_mean/{at}"]} == {0, 4, 8}
    assert set(logged["watch/activation_zeros/1"]) == {0, 4, 8}


def test_half_precision_and_loss_scaling_give_the_gradients_that_the_optimizer_gets(run, tmp_path):
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    run.watch(model, optimizer, every=1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = model(batch()).float().square().sum()
    scaler.scale(loss).backward()
    scaled = float(model[2].weight.grad.norm())
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    scaler.scale(model(batch()).sum() * math.inf).backward()
    scaler.step(optimizer)  # skipped
    logged = read(run, tmp_path)
    assert logged["watch/grad_norm/2.weight"] == {0: pytest.approx(scaled / 1024, rel=1e-4)}
    assert math.isfinite(logged["watch/activation_std/0"][0])


class Hostile(nn.Module):
    """Shared, frozen, unused, complex, sparse, empty and lazy parameters, outputs of all kinds."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(7, 3, sparse=True)
        self.tied = self.table
        self.lazy = nn.LazyLinear(4)
        self.lstm = nn.LSTM(4, 4, batch_first=True)
        self.frozen = nn.Linear(4, 4).requires_grad_(False)
        self.unused = nn.Linear(2, 2)
        self.empty = nn.Parameter(torch.empty(0))
        self.phase = nn.Parameter(torch.ones(2, dtype=torch.complex64))
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.nothing = nn.Identity()

    def forward(self, numbers):
        hidden, _ = self.lstm(self.lazy(self.table(numbers)))
        hidden, _ = self.attention(hidden, hidden, self.frozen(hidden))
        return self.nothing(hidden).sum() + (self.phase.abs() ** 2).sum() + self.empty.sum()


def test_a_hostile_model_trains_as_if_nobody_watched(run, tmp_path, caplog):
    results = []
    for watched in (True, False):
        torch.manual_seed(0)
        model = Hostile()
        numbers = torch.randint(0, 7, (2, 5))
        model(numbers)
        sparse = torch.optim.SparseAdam([model.table.weight], lr=0.1)
        rest = [one for name, one in model.named_parameters() if one.requires_grad and not name.startswith("table")]
        optimizer = torch.optim.SGD(rest, lr=0.1)
        if watched:
            run.watch(model, [optimizer, sparse], every=1)
        for _ in range(3):
            sparse.zero_grad()
            optimizer.zero_grad()
            model(numbers).backward()
            sparse.step()
            optimizer.step()
        results.append({name: one.detach().clone() for name, one in model.named_parameters()})
    assert caplog.records == []
    assert all(torch.equal(results[0][name], results[1][name]) for name in results[0])
    logged = read(run, tmp_path)
    assert set(logged["watch/grad_norm/table.weight"]) == {0, 1, 2}
    assert logged["watch/weight_norm/phase"][0] > 0
    assert not {tag for tag in logged.tags if "tied" in tag or "frozen.weight" in tag or "grad_norm/unused" in tag}
    assert {"watch/activation_mean/lstm", "watch/activation_mean/attention"} <= logged.tags
    assert "watch/grad_norm_2" in logged.tags


def test_what_raises_inside_is_refused_once_and_never_ends_the_training(run, tmp_path, caplog):
    class Odd(torch.Tensor):
        def detach(self):
            raise RuntimeError("hands off")

    class Returns(nn.Module):
        def forward(self, values):
            return values.as_subclass(Odd)

    model = nn.Sequential(nn.Linear(3, 4), Returns())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer, every=1)
    for _ in range(3):
        model(batch()).as_subclass(torch.Tensor).sum().backward()
        optimizer.step()
    assert [one.message for one in caplog.records] == ["what a module returns is not measured: RuntimeError: hands off"]
    assert set(read(run, tmp_path)["watch/grad_norm/0.weight"]) == {0, 1, 2}


def test_copies_and_files_of_a_watched_model_have_nothing_of_ours_and_removal_leaves_nothing_behind(run):
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with run.watch(model, optimizer, every=1):
        twin = copy.deepcopy(model)
        file = io.BytesIO()
        torch.save(model, file)
        assert b"trainer_hooks" not in file.getvalue()
        file.seek(0)
        again = torch.load(file, weights_only=False)
        assert torch.equal(twin(batch()), again(batch()))
    assert all(not module._forward_hooks for module in model.modules())
    assert not optimizer._optimizer_step_pre_hooks
    assert not optimizer._optimizer_step_post_hooks
    run.watch(model, optimizer)
    run.watch(model, optimizer)  # in place of the first
    assert [len(module._forward_hooks) for module in model] == [1, 1, 1]
    run.finish()
    assert all(not module._forward_hooks for module in model.modules())


def test_evaluation_is_not_measured_and_checkpointed_layers_are(run, tmp_path):
    from torch.utils.checkpoint import checkpoint

    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer, every=1)
    with torch.no_grad():
        model.eval()(torch.full((5, 3), 1e6))
    model.train()
    hidden = nn.functional.linear(batch(), model[0].weight, model[0].bias).detach()
    checkpoint(model, batch(), use_reentrant=False).sum().backward()
    optimizer.step()
    logged = read(run, tmp_path)
    assert logged["watch/activation_mean/0"] == {0: pytest.approx(float(hidden.mean()), rel=1e-5)}


def test_layers_are_chosen_by_a_pattern_and_too_many_are_cut_in_words(run, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr("trainer_hooks.watching.layers.MAX_LAYERS", 2)
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer, every=1, layers=r"^2\.")
    train(run, model, optimizer, 1)
    assert caplog.text == ""
    run.watch(model, optimizer, every=1, name="cut")
    train(run, model, optimizer, 1, first=1)
    logged = read(run, tmp_path)
    layers = {tag.rpartition("/")[2] for tag in logged.tags if tag.startswith("watch/grad_norm/")}
    assert layers == {"2.weight", "2.bias", "cut.0.weight", "cut.0.bias"}
    assert "watch() takes 2 parameters and modules at most, 2 are left out: layers= chooses" in caplog.text


def test_a_disabled_run_watches_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TAILBOARD_DISABLED", "1")
    model = two_layers()
    with trainer_hooks.init(tmp_path / "run").watch(model):
        assert not model[0]._forward_hooks


DISTRIBUTED = """
import sys, torch
import torch.distributed as dist
from torch import nn
from torch.optim.optimizer import _global_optimizer_pre_hooks
import trainer_hooks

folder, rank = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(1)
run = trainer_hooks.init(folder + "/run")
dist.init_process_group("gloo", init_method=f"file://{folder}/rendezvous", rank=rank, world_size=2)
torch.manual_seed(0)
model = nn.parallel.DistributedDataParallel(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
run.watch(model, optimizer, every=2)
for step in range(4):
    optimizer.zero_grad()
    model(torch.full((2, 3), float(rank + 1))).square().sum().backward()
    optimizer.step()
    if rank == 0:
        run.log({"norm": model.module[0].weight.grad.norm()}, step=step)
run.finish()
dist.barrier()
dist.destroy_process_group()
print(len(model.module[0]._forward_hooks), len(optimizer._optimizer_step_post_hooks))
"""


def test_under_ddp_the_first_process_alone_logs_what_all_agreed_on(tmp_path):
    (tmp_path / "script.py").write_text(DISTRIBUTED)
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "WORLD_SIZE": "2"}
    environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "0"}
    processes = [
        subprocess.Popen(
            [sys.executable, "script.py", str(tmp_path), str(rank)],
            cwd=tmp_path,
            env={**environ, "RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    said = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert [out for out, _ in said] == ["0 0\n", "0 0\n"]
    logged = Logged(tmp_path)
    norms = logged["watch/grad_norm/0.weight"]
    assert set(norms) == {0, 2}
    assert norms == {step: pytest.approx(logged["norm"][step], rel=1e-5) for step in (0, 2)}
