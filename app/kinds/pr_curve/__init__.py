"""Precision against recall over all thresholds, of one class against the rest; shown as a ROC curve too."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="pr_curve", title="PR curves", data_class=DataClass.TENSOR, page="evaluation", panel="curve")
