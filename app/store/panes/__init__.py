"""Environments and windows of visdom's clients: made of calls, kept as calls in files, had back by replaying them."""
