"""The logs of Weights & Biases: `app.readers.wandb` and `app.readers.wandb_history` put them together."""
