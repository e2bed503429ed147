"""Says once what a person should know, and never raises for it."""

MAX_MESSAGES = 1_000


class Notices:
    """Messages to the log named `tailboard`, each key once. Safe from any thread."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def once(self, key: str, message: str) -> None:
        """Log `message` as a warning, unless something was said under `key` or far too much was said already."""
        if key not in self._said and len(self._said) < MAX_MESSAGES:
            self._said.add(key)
            warn(message)


def warn(message: str) -> None:
    """Log `message` as a warning; without a logging set-up Python writes it to standard error.

    Half a character, as names of files may hold, is written as its number: no handler could write it.
    """
    import logging  # 9 ms that `import trainer_hooks` need not wait for

    logging.getLogger("tailboard").warning("%s", message.encode("utf-8", "backslashreplace").decode())
