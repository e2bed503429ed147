"""Which runs exist, their series, the tailer, queries and the cache. Knows no web and no plotly."""
