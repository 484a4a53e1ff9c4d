"""What an import refuses, always with a sentence for the person who asked for it."""


class ImportRefused(Exception):
    """The source cannot become a course; `reason` is one sentence for a human reader."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ArchiveRefused(ImportRefused):
    """The archive is hostile, damaged, too large or no archive at all."""


class SourceRefused(ImportRefused):
    """The archive is sound, but what it holds is no course that we can read."""
