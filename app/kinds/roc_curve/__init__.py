"""True against false positive rate over all thresholds; shown as a precision-recall curve too."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="roc_curve", title="ROC curves", data_class=DataClass.TENSOR, page="evaluation", panel="curve")
