"""One folder per kind of tag: how it is stored and which page shows it. Found by walking."""
