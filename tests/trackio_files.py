"""Writes databases as trackio does, the versions before 0.24 included."""

import json
import math
import sqlite3
from datetime import UTC, datetime

_TABLES = """
CREATE TABLE IF NOT EXISTS metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL,
    timestamp TEXT NOT NULL, run_name TEXT NOT NULL, step INTEGER NOT NULL, metrics TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS configs (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL,
    run_name TEXT NOT NULL, config TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE(run_id));
CREATE TABLE IF NOT EXISTS system_metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL,
    timestamp TEXT NOT NULL, run_name TEXT NOT NULL, metrics TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS idx_metrics_run_step ON metrics(run_id, step);
"""
_OLD_TABLES = """
CREATE TABLE IF NOT EXISTS metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL,
    project_name TEXT NOT NULL, run_name TEXT NOT NULL, step INTEGER NOT NULL, metrics TEXT NOT NULL);
"""


def connected(path, journal="wal", *, old=False):
    """Open a database for writing, with its tables."""
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(_OLD_TABLES if old else _TABLES)
    return connection


def log(connection, metrics, step, seconds, run="brave-otter", run_id=None):
    """Write one row of metrics."""
    row = (run_id or f"id of {run}", _time(seconds), run, step, _encoded(metrics))
    connection.execute("INSERT INTO metrics (run_id, timestamp, run_name, step, metrics) VALUES (?, ?, ?, ?, ?)", row)
    connection.commit()


def log_old(connection, metrics, step, seconds, run):
    """Write one row as the first versions did."""
    row = (_time(seconds), "digits", run, step, _encoded(metrics))
    query = "INSERT INTO metrics (timestamp, project_name, run_name, step, metrics) VALUES (?, ?, ?, ?, ?)"
    connection.execute(query, row)
    connection.commit()


def log_system(connection, metrics, seconds, run="brave-otter"):
    """Write one measurement of the machine."""
    row = (f"id of {run}", _time(seconds), run, _encoded(metrics))
    connection.execute("INSERT INTO system_metrics (run_id, timestamp, run_name, metrics) VALUES (?, ?, ?, ?)", row)
    connection.commit()


def configure(connection, config, seconds, run="brave-otter"):
    """Write the settings of a run."""
    row = (f"id of {run}", run, json.dumps({**config, "_Username": "ann", "_Created": _time(seconds)}), _time(seconds))
    connection.execute("INSERT INTO configs (run_id, run_name, config, created_at) VALUES (?, ?, ?, ?)", row)
    connection.commit()


def _encoded(value):
    return json.dumps(_plain(value)).encode()


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _time(seconds):
    return datetime.fromtimestamp(seconds, UTC).isoformat()
