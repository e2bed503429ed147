"""Hyper-parameters: every run's settings beside what came of it; brushing an axis picks runs everywhere.

The page is fed by `GET /api/v1/hparams`.
"""

from app.pages.contract import Page
from app.pages.hparams.layout import FIELDS, layout

PAGE = Page(name="hparams", title="Hyper-parameters", order=60, layout=layout, fields=FIELDS)
