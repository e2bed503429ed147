"""One folder per page: its layout and its callbacks. Found by walking, never listed."""
