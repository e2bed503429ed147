"""Hyper-parameters: every run's settings beside what came of it; brushing an axis picks runs everywhere."""

from app.pages.contract import Page
from app.pages.hparams.callbacks import register
from app.pages.hparams.layout import FIELDS, layout

PAGE = Page(name="hparams", title="Hyper-parameters", order=60, layout=layout, register=register, fields=FIELDS)
