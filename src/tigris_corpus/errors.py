"""What is raised: misuse, and input that cannot be read at all. Faults in data are issues, not exceptions."""


class CorpusError(Exception):
    """Something asked of a corpus cannot be done. The message says what, where, and how to mend it."""


class NotAPackageError(CorpusError):
    """There is no data package at the path that was given."""


class UnreadableError(CorpusError):
    """The package is there, and something in it cannot be read."""


class ConflictError(CorpusError):
    """Somebody else has written, or is writing, what was to be written. Nothing was changed: read, and try again."""


class MissingExtraError(CorpusError):
    """An optional dependency is not installed. The message holds the line that installs it."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f'{purpose} needs more than the base install: pip install "tigris-corpus[{extra}]"')
