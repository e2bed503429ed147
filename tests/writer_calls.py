"""Every call of a SummaryWriter that logs, with all its arguments."""

import matplotlib.pyplot as plt
import numpy as np
import torch


def figure():
    made = plt.figure()
    made.gca().plot([1, 2, 3])
    return made


CALLS = {
    "add_scalar": {
        "tag": "scalar",
        "scalar_value": 1,
        "new_style": True,
        "double_precision": True,
        "display_name": "Shown",
        "summary_description": "Explained",
    },
    "add_scalars": {"main_tag": "group", "tag_scalar_dict": {"a": 1}},
    "add_histogram": {"tag": "histogram", "values": torch.randn(50, requires_grad=True), "bins": "fd", "max_bins": 5},
    "add_histogram_raw": {
        "tag": "histogram_raw",
        "min": 0,
        "max": 1,
        "num": 3,
        "sum": 1.5,
        "sum_squares": 1,
        "bucket_limits": [0.5, 1.0],
        "bucket_counts": [1, 2],
    },
    "add_image": {"tag": "image", "img_tensor": torch.rand(4, 5, 3), "dataformats": "HWC"},
    "add_images": {"tag": "images", "img_tensor": np.zeros((2, 4, 5, 3), np.uint8), "dataformats": "NHWC"},
    "add_image_with_boxes": {
        "tag": "boxes",
        "img_tensor": torch.rand(3, 40, 40),
        "box_tensor": torch.tensor([[1, 2, 30, 40]]),
        "rescale": 2,
        "dataformats": "CHW",
        "labels": "cat",
    },
    "add_figure": {"tag": "figure", "figure": figure, "close": True},
    "add_video": {"tag": "video", "vid_tensor": torch.rand(1, 3, 3, 8, 8), "fps": 2.5, "dataformats": "NTCHW"},
    "add_audio": {"tag": "audio", "snd_tensor": torch.zeros(1, 100), "sample_rate": 8000},
    "add_text": {"tag": "text", "text_string": "**hello**"},
    "add_tensor": {"tag": "tensor", "tensor": torch.rand(2, 3)},
    "add_embedding": {
        "mat": torch.rand(3, 4),
        "metadata": [("a", 1), ("b", 2), ("c", torch.tensor(3))],
        "metadata_header": ["name", "number"],
        "label_img": torch.rand(3, 3, 6, 6),
        "tag": "embedding",
    },
    "add_pr_curve": {
        "tag": "pr_curve",
        "labels": torch.tensor([True, False, True]),
        "predictions": torch.tensor([0.9, 0.2, 0.4]),
        "num_thresholds": 11,
        "weights": np.ones(3),
    },
    "add_pr_curve_raw": {
        "tag": "pr_curve_raw",
        "true_positive_counts": [2, 1],
        "false_positive_counts": [1, 0],
        "true_negative_counts": [0, 1],
        "false_negative_counts": [0, 1],
        "precision": [0.66, 1.0],
        "recall": [1.0, 0.5],
        "num_thresholds": 2,
        "weights": None,
    },
    "add_mesh": {
        "tag": "mesh",
        "vertices": torch.rand(1, 4, 3),
        "colors": torch.zeros(1, 4, 3, dtype=torch.uint8),
        "faces": torch.tensor([[[0, 1, 2]]]),
        "config_dict": {"camera": {"cls": "PerspectiveCamera"}},
    },
    "add_graph": {
        "model": torch.nn.Linear(2, 1),
        "input_to_model": torch.rand(1, 2),
        "verbose": False,
        "use_strict_trace": True,
    },
}
KINDS = {
    "add_histogram": "histogram",
    "add_histogram_raw": "histogram",
    "add_image": "image",
    "add_images": "image",
    "add_image_with_boxes": "image",
    "add_figure": "figure",
    "add_video": "video",
    "add_audio": "audio",
    "add_text": "text",
    "add_tensor": "tensor",
    "add_embedding": "embedding",
    "add_pr_curve": "pr_curve",
    "add_pr_curve_raw": "pr_curve",
    "add_mesh": "mesh",
    "add_graph": "graph",
}
WITHOUT_STEP, WITHOUT_TIME = {"add_graph"}, {"add_graph", "add_embedding"}


def arguments(name):
    given = {key: value() if value is figure else value for key, value in CALLS[name].items()}
    step = {} if name in WITHOUT_STEP else {"global_step": 7}
    return given | step | ({} if name in WITHOUT_TIME else {"walltime": 1_700_000_000.0})
