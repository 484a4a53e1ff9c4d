"""What goes wrong, by switch."""

from dataclasses import asdict, dataclass, fields
from typing import Any, get_type_hints

FOR_EVER = 10**9


@dataclass
class Faults:
    """Of requests below `path` so many (`times`) are answered late, with `status`, or not at all.

    `when` tells whether that comes before anything is done, or after it is done.
    `refunds` is what becomes of new ones: succeeded, pending or failed. Of webhooks: `drop` loses
    them, `copies` sends each several times, `shuffle_s` sends each up to so much later.
    """

    path: str = "/v1/"
    times: int = FOR_EVER
    slow_s: float = 0
    status: int = 0
    when: str = "before"
    cut: bool = False
    refunds: str = "succeeded"
    drop: bool = False
    copies: int = 1
    shuffle_s: float = 0

    def strike(self, path: str) -> bool:
        """Whether this request goes wrong; counts it."""
        if not path.startswith(self.path) or self.times <= 0:
            return False
        if not self.slow_s and not self.status and not self.cut:
            return False
        self.times -= 1
        return True

    def set(self, asked: dict[str, str]) -> None:
        """By name, as a form has it; raises ValueError or KeyError for what there is not."""
        types = get_type_hints(Faults)
        read: dict[type, Any] = {bool: lambda text: text.lower() in {"1", "true", "on"}}
        made = {name: read.get(types[name], types[name])(text) for name, text in asked.items()}
        for name, value in made.items():
            setattr(self, name, value)

    def clear(self) -> None:
        for one in fields(self):
            setattr(self, one.name, one.default)

    @property
    def state(self) -> dict[str, Any]:
        return asdict(self)
