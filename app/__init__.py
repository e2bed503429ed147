"""Tailboard's viewer: tails run folders and shows them in a Dash app."""

__version__ = "0.1.0"
