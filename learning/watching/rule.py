"""When a film is watched far enough. Pure."""

FORGIVEN_MS = 500
"""Players report the end of a film a few frames early."""


def percent_of(watched_ms: int, duration_ms: int) -> int:
    """0–100, whole, rounded down."""
    return min(100 * watched_ms // duration_ms, 100) if duration_ms else 0


def enough(watched_ms: int, duration_ms: int, percent: int) -> bool:
    """Whether so many per cent of a film are watched; of a film without length they never are."""
    asked = duration_ms * percent / 100
    return duration_ms > 0 and watched_ms > 0 and watched_ms + FORGIVEN_MS >= asked
