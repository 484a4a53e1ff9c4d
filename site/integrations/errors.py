"""How failures of outside services arrive."""


class TemporaryFailure(Exception):
    """It may work later: slow, overloaded, away."""


class PermanentFailure(Exception):
    """It will not work however often it is tried: gone, refused, wrong."""


class NotThere(PermanentFailure):
    """Something that was named does not exist there, or not any more."""


class TooLittle(PermanentFailure):
    """Less money than the service takes."""
