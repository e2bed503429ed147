"""The calls that visdom's clients made: `app.readers.visdom` puts them together."""
