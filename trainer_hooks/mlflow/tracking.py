"""`mlflow.tracking`, where older programs have the client from."""

from trainer_hooks.mlflow.client import MlflowClient

__all__ = ["MlflowClient"]
