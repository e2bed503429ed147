"""Arrays in, arrays out: alignment, smoothing, downsampling. Knows no runs, no tags, no web."""
