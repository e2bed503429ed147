"""Whole runs, for the commands that inspect, import and export them. Loaded by those alone: it needs numpy."""
