"""Where a visitor may be sent on to: this site, nowhere else."""

from django.utils.http import url_has_allowed_host_and_scheme


def is_local(url: str | None) -> bool:
    """Whether the address is a path of this site, and not another host's in disguise."""
    return url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def local_or(url: str | None, fallback: str) -> str:
    return url if url and is_local(url) else fallback
