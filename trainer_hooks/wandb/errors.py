"""The errors of W&B that programs name; only `UnsupportedError` is ever raised here."""


class Error(Exception):
    """The base of all of them."""


class CommError(Error):
    """The server could not be reached: there is none."""


class AuthenticationError(CommError):
    """Nobody logs in here."""


class UsageError(Error):
    """A call that W&B refuses."""


class ConfigError(UsageError):
    """A config value that W&B refuses to change; here it changes."""


class UnsupportedError(UsageError):
    """An answer is needed that only the server of W&B has."""


class MultipleRunsError(UsageError):
    """Several runs are active; here the newest counts."""
