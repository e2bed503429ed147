"""Watching a model while it trains: `Run.watch`. Imports torch, and only when somebody watches."""
