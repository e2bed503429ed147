"""Colours, templates and plotly figures as plain dicts. Knows no Dash and no store."""
