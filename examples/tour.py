"""A tour of everything that can be logged: PyTorch's TensorBoard tutorial on scikit-learn's handwritten digits.

    python examples/tour.py --lr 0.01
    python -m app --logdir runs

The first half follows https://pytorch.org/tutorials/intermediate/tensorboard_tutorial.html with one import changed:
pictures, the model's graph, the projector, the running loss, predictions against labels, a PR curve per class. The
second half logs what the tutorial leaves out. The digits come with scikit-learn; nothing is downloaded.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

import trainer_hooks
from trainer_hooks.tensorboard import SummaryWriter  # from torch.utils.tensorboard import SummaryWriter
from trainer_hooks.tracking import Tracker

CLASSES = tuple(str(digit) for digit in range(10))
BATCH = 16
LOG_EVERY = 20  # batches
POINTS = 600  # digits in the projector
SHOWN = 8  # predictions in a figure
RATE_HZ = 8_000  # of sounds


@dataclass(frozen=True)
class Digits:
    """Images of shape (n, 1, 8, 8) in [0, 1] and their labels of shape (n,)."""

    images: Tensor
    labels: Tensor


class Net(nn.Module):
    """The tutorial's network, made for images of 8 x 8: two convolutions, three linear layers."""

    def __init__(self) -> None:
        """Make layers with random weights."""
        super().__init__()
        self.conv1 = nn.Conv2d(1, 12, 3, padding=1)
        self.conv2 = nn.Conv2d(12, 24, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc1 = nn.Linear(24 * 2 * 2, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(32, 10)

    def features(self, images: Tensor) -> Tensor:
        """Return what the last layer sees, shape (n, 32)."""
        maps = self.pool(functional.relu(self.conv1(images)))
        maps = self.pool(functional.relu(self.conv2(maps)))
        return functional.relu(self.fc2(functional.relu(self.fc1(maps.flatten(1)))))

    def forward(self, images: Tensor) -> Tensor:
        """Return scores of shape (n, 10)."""
        return self.fc3(self.features(images))


def main() -> None:
    """Train one network and log everything about it."""
    parser = argparse.ArgumentParser(description="Log one of everything.")
    parser.add_argument("--logdir", type=Path, default=Path("runs"), help="folder of all runs (default runs)")
    parser.add_argument("--name", help="the run's folder in it (default tour/lr and the rate)")
    parser.add_argument("--lr", type=float, default=0.01, help="learning rate (default 0.01)")
    parser.add_argument("--epochs", type=int, default=24, help="times that all digits are seen (default 24)")
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    training, validation = load()
    folder = options.logdir / (options.name or f"tour/lr{options.lr:g}")
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=options.lr, momentum=0.9)
    with SummaryWriter(folder) as writer, trainer_hooks.init(folder, join=True) as run:
        begin(writer, net, training)
        writer.add_hparams({"lr": options.lr, "epochs": options.epochs, "batch_size": BATCH}, {})
        loader = DataLoader(TensorDataset(training.images, training.labels), BATCH, shuffle=True)
        tracker = run.track(loader, epochs=options.epochs)
        for epoch in tracker.epochs():
            train(writer, net, optimizer, tracker, validation)
            with tracker.evaluation():
                look(writer, net, validation, epoch, tracker.step)
                look_further(run, net, validation, tracker.step)


def load() -> tuple[Digits, Digits]:
    """Split the digits into those to train with and those to judge by, always the same way."""
    images, labels = load_digits(return_X_y=True)
    parts = train_test_split(images / 16, labels, test_size=1 / 3, random_state=0, stratify=labels)
    seen, unseen = (torch.tensor(part, dtype=torch.float32).reshape(-1, 1, 8, 8) for part in parts[:2])
    return Digits(seen, torch.tensor(parts[2])), Digits(unseen, torch.tensor(parts[3]))


# --- the tutorial ---


def begin(writer: SummaryWriter, net: Net, digits: Digits) -> None:
    """Log what is known before training: some pictures, the graph, the digits themselves as points."""
    writer.add_images("digits/first", digits.images[:4])
    writer.add_graph(net, digits.images[:4])
    labels = [CLASSES[label] for label in digits.labels[:POINTS]]
    pixels = digits.images[:POINTS].flatten(1)
    writer.add_embedding(pixels, metadata=labels, label_img=digits.images[:POINTS], tag="pixels")
    writer.add_text("about", __doc__.split("\n\n")[0] + f"\n\n```\n{net}\n```")
    writer.add_custom_scalars({"Tour": {"losses": ["Multiline", ["loss/.*"]], "accuracy": ["Margin", BAND]}})


BAND = ["class_accuracy/mean", "class_accuracy/lowest", "class_accuracy/highest"]


def train(
    writer: SummaryWriter,
    net: Net,
    optimizer: torch.optim.Optimizer,
    tracker: Tracker[tuple[Tensor, Tensor]],
    validation: Digits,
) -> None:
    """Train for one epoch, log the running loss and some predictions."""
    net.train()
    running = 0.0
    for number, (images, labels) in enumerate(tracker):
        loss = functional.cross_entropy(net(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item()
        if number % LOG_EVERY == LOG_EVERY - 1:
            writer.add_scalars("loss", {"train": running / LOG_EVERY, "val": loss_of(net, validation)}, tracker.step)
            running = 0.0
    with tracker.phase("logging"):
        writer.add_figure("predictions vs. actuals", draw_predictions(net, validation), tracker.step)
        for name, weight in net.named_parameters():
            writer.add_histogram(f"weights/{name}", weight, tracker.step)
            writer.add_histogram(f"gradients/{name}", weight.grad, tracker.step)


@torch.no_grad()
def loss_of(net: Net, digits: Digits) -> float:
    """Return the mean loss."""
    return functional.cross_entropy(net(digits.images), digits.labels).item()


@torch.no_grad()
def draw_predictions(net: Net, digits: Digits) -> Figure:
    """Draw some digits with what they are taken for and how surely, green where that is right."""
    shares = functional.softmax(net(digits.images[:SHOWN]), dim=1)
    figure = Figure(figsize=(1.2 * SHOWN, 1.9))
    for place, (image, share, label) in enumerate(
        zip(digits.images[:SHOWN, 0], shares, digits.labels[:SHOWN], strict=True)
    ):
        axes = figure.add_subplot(1, SHOWN, place + 1, xticks=[], yticks=[])
        axes.imshow(image, cmap="Greys")
        guess = int(share.argmax())
        axes.set_title(
            f"{CLASSES[guess]}, {share[guess]:.0%}\n(label: {CLASSES[label]})",
            color="green" if guess == label else "red",
            fontsize=8,
        )
    return figure


@torch.no_grad()
def look(writer: SummaryWriter, net: Net, digits: Digits, epoch: int, step: int) -> None:
    """Log how the network does on digits it has not seen: a PR curve per class, features as points, and more."""
    net.eval()
    shares = functional.softmax(net(digits.images), dim=1)
    for place, name in enumerate(CLASSES):
        writer.add_pr_curve(f"pr/{name}", digits.labels == place, shares[:, place], step)
    right = shares.argmax(1) == digits.labels
    of_class = [right[digits.labels == place].float().mean().item() for place in range(len(CLASSES))]
    writer.add_scalar("accuracy", right.float().mean(), step)
    for tag, value in zip(BAND, (sum(of_class) / len(of_class), min(of_class), max(of_class)), strict=True):
        writer.add_scalar(tag, value, step)
    if epoch % 4:
        return
    features = net.features(digits.images[:POINTS])
    rows = [(CLASSES[label], str(bool(one))) for label, one in zip(digits.labels[:POINTS], right, strict=False)]
    header = ["digit", "right"]
    writer.add_embedding(features, rows, digits.images[:POINTS], step, tag="features", metadata_header=header)
    writer.add_mesh(
        "features in space", principal(features)[None], colors=class_colours(digits)[None], global_step=step
    )
    maps = functional.relu(net.conv1(digits.images[:1]))[0]
    writer.add_video("first layer's maps", enlarged(maps).repeat(1, 3, 1, 1)[None], step, fps=3)
    writer.add_audio("loss as a tone", tone(loss_of(net, digits)), step, RATE_HZ)


def principal(features: Tensor) -> Tensor:
    """Return the first three principal components, shape (n, 3)."""
    return torch.pca_lowrank(features, q=3)[0] * features.std()


def class_colours(digits: Digits) -> Tensor:
    """Return a colour for each digit in the projector, shape (n, 3), in [0, 255]."""
    palette = torch.tensor(mpl.colormaps["tab10"](range(len(CLASSES)))[:, :3] * 255).to(torch.uint8)
    return palette[digits.labels[:POINTS]]


def enlarged(maps: Tensor) -> Tensor:
    """Return maps of shape (n, 8, 8) as pictures of shape (n, 1, 128, 128) in [0, 1]."""
    return functional.interpolate(maps[:, None] / maps.max().clamp(min=1e-6), scale_factor=16)


def tone(loss: float) -> Tensor:
    """Return half a second of a tone, an octave above 220 Hz per unit of loss, shape (1, n)."""
    time = torch.arange(RATE_HZ // 2) / RATE_HZ
    return (torch.sin(2 * torch.pi * 220 * 2 ** min(loss, 3) * time) * torch.exp(-4 * time))[None]


# --- what the tutorial leaves out, and a SummaryWriter has no call for ---


@torch.no_grad()
def look_further(run: trainer_hooks.Run, net: Net, digits: Digits, step: int) -> None:
    """Log a confusion matrix, a ROC curve, a table of mistakes, a page, and pictures with boxes and masks."""
    shares = functional.softmax(net(digits.images), dim=1)
    guesses = shares.argmax(1)
    run.log_confusion_matrix("confusion", digits.labels, guesses, step=step, names=CLASSES)
    run.log_roc_curve("roc/is it an 8?", digits.labels == 8, shares[:, 8], step=step)
    wrong = (guesses != digits.labels).nonzero().flatten()
    rows = [[int(i), CLASSES[digits.labels[i]], CLASSES[guesses[i]], float(shares[i].max())] for i in wrong]
    run.log_table("mistakes", rows, columns=["digit", "label", "taken for", "how surely"], step=step)
    run.log_html(
        "report", f"<h1>Step {step}</h1><p>{len(wrong)} of {len(guesses)} digits are taken for others.</p>", step
    )
    log_wall(run, digits, guesses, step)


def log_wall(run: trainer_hooks.Run, digits: Digits, guesses: Tensor, step: int) -> None:
    """Log sixteen digits as one picture, each in a box that names it, the ink as a mask."""
    side = 8 * 4
    big = functional.interpolate(digits.images[:16], scale_factor=4)[:, 0]
    wall = big.reshape(4, 4, side, side).permute(0, 2, 1, 3).reshape(4 * side, 4 * side)
    corners = [(side * (i % 4), side * (i // 4)) for i in range(16)]
    boxes = np.array([(x + 1, y + 1, x + side - 1, y + side - 1) for x, y in corners])
    masks = {"ink": (wall > 0.5).int()}
    run.log_boxes("wall/boxes", wall, boxes, labels=[CLASSES[one] for one in guesses[:16]], step=step)
    run.log_masks("wall/masks", wall, masks, classes={1: "ink"}, step=step)


if __name__ == "__main__":
    main()
