"""`mlflow.models`, as far as training scripts call it."""

from typing import Any

from trainer_hooks.values import describe


class ModelSignature:
    """What a model takes and returns, in words."""

    def __init__(self, inputs: Any = None, outputs: Any = None, params: Any = None) -> None:
        self.inputs, self.outputs, self.params = inputs, outputs, params

    def __repr__(self) -> str:
        return f"{self.inputs} -> {self.outputs}"


def infer_signature(model_input: Any = None, model_output: Any = None, params: Any = None) -> ModelSignature:
    """Return types and shapes of what a model takes and returns."""
    taken, returned = (None if value is None else describe(value) for value in (model_input, model_output))
    return ModelSignature(taken, returned, params)
