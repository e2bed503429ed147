"""What the integrations share; each of them is a module or package of `trainer_hooks` with its framework's name."""
