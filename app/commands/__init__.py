"""What `python -m app` can do: one module per command, found by walking. Importing them loads no package."""
