"""The command line: `python -m app`, the same as `tailboard`. Finds the command and hands over to it."""

import sys
from collections.abc import Sequence

from app.commands.contract import UsageError
from app.commands.missing import missing_packages_message
from app.commands.parser import parse
from app.commands.walk import all_commands


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; serving is the one that needs no name.

    Args:
        argv: what follows the program's name; None takes it from the process.

    Returns:
        The exit status: 0 done or stopped as asked, 1 failed, 2 could not begin, 130 interrupted.
    """
    command, options, parser = parse(all_commands(), sys.argv[1:] if argv is None else argv)
    try:
        return command.run(options)
    except UsageError as error:
        parser.error(str(error))
    except ModuleNotFoundError as error:
        message = missing_packages_message(error, command.extra)
        if message is None:
            raise
        print(message, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
