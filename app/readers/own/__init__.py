"""The files of our own format: `app.readers.tailboard` puts them together."""
