"""Which way a metric is better, guessed from its name."""

import re
from typing import Literal

Direction = Literal["min", "max"]

# Whole words of the tag's last part; the rest of the tag says whose it is, not what.
_LOWER = {
    "loss", "losses", "error", "err", "nll", "ppl", "perplexity", "bpc", "bpb", "mse", "rmse", "mae", "mape", "wer",
    "cer", "fid", "kid", "lpips", "ece", "brier", "kl", "divergence", "regret", "crossentropy",
    "logloss", "mlogloss", "merror", "rmsle",
}  # fmt: skip
_HIGHER = {
    "acc", "accuracy", "top1", "top5", "f1", "auc", "auroc", "auprc", "ap", "map", "map50", "ar", "precision", "recall",
    "iou", "miou", "dice", "bleu", "rouge", "meteor", "cider", "psnr", "ssim", "reward", "return", "returns", "score",
    "success", "winrate", "r2", "spearman", "pearson", "kappa", "mcc", "elo", "likelihood", "elbo", "throughput",
    "rew", "ndcg", "aucpr",
}  # fmt: skip


def better(tag: str) -> Direction | None:
    """Tell whether lower ("min") or higher ("max") values of a metric are better; None where its name does not say.

    The last part of the tag decides, and in it the last word that is known: `val/top1_error` is an error.
    """
    last = tag.rsplit("/", 1)[-1]
    parted = re.sub(r"([a-z])([A-Z])", r"\1 \2", last)  # valAcc is two words, mAP one
    for word in reversed(re.findall(r"[a-z]+\d*", f"{parted} {last}".lower())):
        if word in _LOWER:
            return "min"
        if word in _HIGHER:
            return "max"
    return None
