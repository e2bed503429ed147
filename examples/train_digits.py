"""Train a small convolutional network on scikit-learn's handwritten digits, and log it with trainer_hooks.

    python examples/train_digits.py --optimizer adam --lr 0.001
    python -m app --logdir runs

An ordinary training script to copy from: the lines that begin with `run` or `with trainer_hooks` are all that watching
it takes. The 1,797 images of 8 x 8 pixels come with scikit-learn; nothing is downloaded.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import plotly.graph_objects as go
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn import functional

import trainer_hooks

GALLERY = 16  # the same validation digits are shown at every look
MISCLASSIFIED = 24  # at most so many mistakes are shown at a time


@dataclass(frozen=True)
class Digits:
    """Images of shape (n, 1, 8, 8) in [0, 1] and their labels of shape (n,), for training and for validation."""

    train_images: Tensor
    train_labels: Tensor
    val_images: Tensor
    val_labels: Tensor


@dataclass(frozen=True)
class Validation:
    """How the network does on all validation digits: mean loss, share that is right, shape (n,) predictions."""

    loss: float
    accuracy: float
    predicted: Tensor


def main() -> None:
    """Train one run as the command line asks and log it."""
    options = parse_options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    digits = load(val_share=1 / 3)
    model = build_model(options.channels)
    config = {name: value for name, value in vars(options).items() if name not in ("logdir", "name")}
    config["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    with trainer_hooks.init(
        options.logdir / options.name,
        config=config,
        tags=["digits", options.optimizer],
        notes="A small CNN on scikit-learn's handwritten digits.",
    ) as run:
        run.log_text("model", f"```\n{model}\n```")
        train(run, model, digits, options)


def parse_options() -> argparse.Namespace:
    """Read the command line; the run is named after what sets it apart."""
    parser = argparse.ArgumentParser(
        description="Train a small CNN on handwritten digits and log it.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--logdir", type=Path, default=Path("runs"), help="folder of all runs")
    parser.add_argument("--name", help="the run's folder in it; made from optimizer, rate and seed if not given")
    parser.add_argument("--optimizer", choices=["sgd", "adam"], default="adam", help="sgd has a momentum of 0.9")
    parser.add_argument("--lr", type=float, default=0.001, help="highest learning rate, after the warm-up")
    parser.add_argument("--epochs", type=int, default=200, help="times that all training digits are seen")
    parser.add_argument("--batch-size", type=int, default=8, help="digits per step")
    parser.add_argument("--channels", type=int, default=32, help="width of the first layer")
    parser.add_argument("--seed", type=int, default=0, help="of weights, order and augmentation")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads; a net this small gains nothing from more")
    parser.add_argument("--gallery-every", type=int, default=5, help="epochs between two looks at images")
    options = parser.parse_args()
    options.name = options.name or f"digits/{options.optimizer}-lr{options.lr:g}-seed{options.seed}"
    return options


def load(val_share: float) -> Digits:
    """Split the digits, always the same way, so that all runs are judged by the same images."""
    images, labels = load_digits(return_X_y=True)
    parts = train_test_split(images / 16, labels, test_size=val_share, random_state=0, stratify=labels)
    train_images, val_images = (torch.tensor(part, dtype=torch.float32).reshape(-1, 1, 8, 8) for part in parts[:2])
    train_labels, val_labels = (torch.tensor(part) for part in parts[2:])
    return Digits(train_images, train_labels, val_images, val_labels)


def build_model(channels: int) -> nn.Sequential:
    """Three convolutions and one linear layer: images of shape (n, 1, 8, 8) to scores of shape (n, 10)."""
    return nn.Sequential(
        *(nn.Conv2d(1, channels, 3, padding=1), nn.LeakyReLU(0.1)),
        *(nn.Conv2d(channels, 2 * channels, 3, padding=1), nn.LeakyReLU(0.1), nn.MaxPool2d(2)),
        *(nn.Conv2d(2 * channels, 4 * channels, 3, padding=1), nn.LeakyReLU(0.1), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Dropout(0.25), nn.Linear(16 * channels, 10)),
    )


def build_optimizer(model: nn.Module, options: argparse.Namespace) -> torch.optim.Optimizer:
    """The optimizer that the command line names."""
    if options.optimizer == "sgd":
        return torch.optim.SGD(model.parameters(), lr=options.lr, momentum=0.9)
    return torch.optim.Adam(model.parameters(), lr=options.lr)


def train(run: trainer_hooks.Run, model: nn.Module, digits: Digits, options: argparse.Namespace) -> None:
    """Train for all epochs; log each step, and after each epoch how the validation digits do.

    Raises:
        FloatingPointError: the loss is no longer a number; the run is then shown as failed, with these words.
    """
    optimizer = build_optimizer(model, options)
    steps_per_epoch = math.ceil(len(digits.train_images) / options.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.lr, total_steps=options.epochs * steps_per_epoch, pct_start=0.1, cycle_momentum=False
    )
    step = 0
    for epoch in range(1, options.epochs + 1):
        model.train()
        for batch in torch.randperm(len(digits.train_images)).split(options.batch_size):
            rate = schedule.get_last_lr()[0]
            loss, norm = take_step(model, optimizer, shift(digits.train_images[batch]), digits.train_labels[batch])
            schedule.step()
            run.log({"train/loss": loss, "train/grad_norm": norm, "lr": rate, "epoch": epoch - 1}, step=step)
            step += 1
        result = validate(model, digits)
        run.progress(epoch, options.epochs)
        run.log({"val/loss": result.loss, "val/accuracy": result.accuracy, "epoch": epoch}, step=step)
        if epoch == 1 or epoch % options.gallery_every == 0 or epoch == options.epochs:
            log_pictures(run, digits, result, step)
        if not math.isfinite(result.loss):
            raise FloatingPointError(
                f"val/loss is {result.loss} after epoch {epoch}: a rate of {options.lr:g} is too high"
            )


def take_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor
) -> tuple[Tensor, Tensor]:
    """Move the weights once; return the batch's loss and the norm of all gradients, as 0-d tensors."""
    loss = functional.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.get_total_norm([weight.grad for weight in model.parameters() if weight.grad is not None])
    optimizer.step()
    return loss.detach(), norm


def shift(images: Tensor) -> Tensor:
    """Move a batch of shape (n, 1, 8, 8) by up to one pixel each way, so that no epoch sees the same images."""
    down, right = torch.randint(0, 3, (2,)).tolist()
    return functional.pad(images, (1, 1, 1, 1))[:, :, down : down + 8, right : right + 8]


@torch.no_grad()
def validate(model: nn.Module, digits: Digits) -> Validation:
    """Judge the network by all validation digits."""
    model.eval()
    scores = model(digits.val_images)
    predicted = scores.argmax(dim=1)
    return Validation(
        loss=functional.cross_entropy(scores, digits.val_labels).item(),
        accuracy=(predicted == digits.val_labels).float().mean().item(),
        predicted=predicted,
    )


def log_pictures(run: trainer_hooks.Run, digits: Digits, result: Validation, step: int) -> None:
    """Log the same few digits with their predictions, the ones that are wrong, and the confusion matrix."""
    log_digits(run, "val/predictions", digits, result, torch.arange(GALLERY), step)
    wrong = (result.predicted != digits.val_labels).nonzero().flatten()[:MISCLASSIFIED]
    if len(wrong):
        log_digits(run, "val/misclassified", digits, result, wrong, step)
    run.log_figure("val/confusion", draw_confusion(digits.val_labels, result.predicted), step=step)


def log_digits(run: trainer_hooks.Run, tag: str, digits: Digits, result: Validation, which: Tensor, step: int) -> None:
    """Log the validation digits at the positions `which`, shape (n,), each captioned with prediction and label."""
    captions = [f"predicted {result.predicted[i]}, label {digits.val_labels[i]}" for i in which]
    run.log_images(tag, digits.val_images[which], step=step, captions=captions)


def draw_confusion(labels: Tensor, predicted: Tensor) -> go.Figure:
    """Count each pair of label (row) and prediction (column) in a heat map; both of shape (n,)."""
    counts = torch.bincount(labels * 10 + predicted, minlength=100).reshape(10, 10)
    figure = go.Figure(go.Heatmap(z=counts.tolist(), colorscale="Blues", showscale=False, texttemplate="%{z}"))
    figure.update_xaxes(title="predicted", dtick=1, constrain="domain")
    figure.update_yaxes(title="label", dtick=1, autorange="reversed", scaleanchor="x")
    figure.update_layout(margin={"l": 50, "r": 10, "t": 10, "b": 50})
    return figure


if __name__ == "__main__":
    main()
