"""Evaluation: PR and ROC curves, a panel per tag or per group of classes, and confusion matrices, run beside run.

The panels are fed by `GET /api/v1/evaluation`.
"""

from app.pages.contract import Page
from app.pages.evaluation.layout import FIELDS, layout

PAGE = Page(
    name="evaluation",
    title="Evaluation",
    order=30,
    layout=layout,
    kinds=("pr_curve", "roc_curve", "confusion_matrix"),
    fields=FIELDS,
)
