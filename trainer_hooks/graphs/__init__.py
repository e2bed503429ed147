"""How a model's graph is had: by `torch.export`, by `torch.fx`, by running the model once, or from its modules alone.

Nothing here is imported before a graph is logged; `trainer_hooks.kinds.graph` puts the parts together.
"""
