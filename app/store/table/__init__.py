"""Tables of exact numbers: a frozen question over the store, answered in pages or as a stream of blocks."""

from app.store.table.answer import Block, Table, TablePage, open_table
from app.store.table.columns import TableColumn
from app.store.table.query import PARAMETERS, SortKey, TableQuery, parse_table_query, table_parameters

__all__ = [
    "PARAMETERS",
    "Block",
    "SortKey",
    "Table",
    "TableColumn",
    "TablePage",
    "TableQuery",
    "open_table",
    "parse_table_query",
    "table_parameters",
]
