"""Requests checked by the SDK's own types of parameters.

They tell names, shapes, what is required and which words are allowed. What they do not tell, since
it is said in prose only, are rules between fields: those that we depend on stand with the nouns.
Also, a form cannot carry an empty hash: it arrives as nothing.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import UnionType
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin
from urllib.parse import parse_qsl

import stripe
import stripe._request_options as options
import stripe.params
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import get_type_hints, is_typeddict

from integrations.stripe.standin.refusal import Refusal

# Imported by the SDK for its type checker only, but named by its types.
vars(options)["StripeContext"] = stripe.StripeContext
NO_PARAMETERS = set(stripe.RequestOptions.__annotations__)
# What the names of our version were called before.
OLDER_NAMES = {"payment_method_types": "allowed_payment_method_types"}
INTEGER = re.compile(r"-?\d{1,18}$", re.ASCII)


def parse(body: str) -> dict[str, Any]:
    """Nested hashes out of `a[b][0][c]=d`; lists are hashes with numbers for names, or of `a[]`."""
    made: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        first, *rest = re.findall(r"^[^\[]+|\[[^\]]*\]", name) or [name]
        path = [first, *(part[1:-1] for part in rest)]
        _put(made, path, value)
    return made


def _put(made: dict[str, Any], path: list[str], value: str) -> None:
    name, *rest = path
    if not name:
        # `a[]` names the next one, `a[][b]` the same one until it has a b.
        last = str(len(made) - 1)
        again = rest and made and isinstance(made[last], dict) and rest[0] not in made[last]
        name = last if again else str(len(made))
    if not rest:
        made[name] = value
        return
    inner = made.setdefault(name, {})
    if not isinstance(inner, dict):
        raise Refusal(f"Invalid {name}", param=name)
    _put(inner, rest, value)


def of_today(sent: dict[str, Any]) -> dict[str, Any]:
    """For clients that do not say which version they speak, such as Stripe's command line."""
    return {OLDER_NAMES.get(name, name): value for name, value in sent.items()}


def validate(params: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The values typed, by the class of this name below stripe.params; raises Refusal."""
    found: Any = stripe.params
    for part in params.split("."):
        found = getattr(found, part)
    return _hash(found, sent, "")


@lru_cache(maxsize=1000)
def _hints(params: Any) -> dict[str, Any]:
    found = get_type_hints(params, localns=vars(options), include_extras=True)
    return {name: hint for name, hint in found.items() if name not in NO_PARAMETERS}


def _hash(params: Any, sent: Any, path: str) -> dict[str, Any]:
    if not isinstance(sent, Mapping):
        raise Refusal(f"Invalid object: {path}", param=path)
    hints = _hints(params)
    for name in sent:
        if name not in hints:
            raise Refusal(
                f"Received unknown parameter: {_below(path, name)}",
                code="parameter_unknown",
                param=_below(path, name),
            )
    for name in params.__required_keys__ & hints.keys():
        if name not in sent:
            raise missing(_below(path, name))
    return {name: _read(hints[name], value, _below(path, name)) for name, value in sent.items()}


def missing(param: str) -> Refusal:
    return Refusal(f"Missing required param: {param}.", code="parameter_missing", param=param)


def _read(hint: Any, value: Any, path: str) -> Any:
    origin, arms = get_origin(hint), get_args(hint)
    if origin in {NotRequired, Required}:
        return _read(arms[0], value, path)
    if origin in {Union, UnionType}:
        return _either(arms, value, path)
    if origin is Literal:
        return _word(arms, value, path)
    if is_typeddict(hint):
        return _hash(hint, value, path)
    if origin is list:
        if not isinstance(value, Mapping) or not all(name.isdigit() for name in value):
            raise Refusal("Invalid array", param=path)
        return [_read(arms[0], one, f"{path}[{at}]") for at, one in enumerate(value.values())]
    if origin is dict:
        if not isinstance(value, Mapping):
            raise Refusal("Invalid hash", param=path)
        return {name: _read(arms[1], one, _below(path, name)) for name, one in value.items()}
    if isinstance(value, Mapping):
        raise Refusal(f"Invalid string: {path}", param=path)
    return SCALARS.get(hint, _text)(value, path)


def _either(arms: tuple[Any, ...], value: Any, path: str) -> Any:
    """By the arm that takes it. Words beside plain text are all the words there are."""
    words = [word for arm in arms if get_origin(arm) is Literal for word in get_args(arm)]
    if value == "" and "" in words:
        return ""
    if [word for word in words if word] and not isinstance(value, Mapping):
        return _word(tuple(words), value, path)
    refused = None
    for arm in arms:
        if get_origin(arm) in {Literal, UntypedStripeObject} or arm is type(None):
            continue
        try:
            return _read(arm, value, path)
        except Refusal as error:
            refused = error
    raise refused or Refusal(f"Invalid {path}", param=path)


def _word(words: tuple[Any, ...], value: Any, path: str) -> Any:
    texts = {str(word).lower() if isinstance(word, bool) else word: word for word in words}
    if isinstance(value, Mapping) or value not in texts:
        named = ", ".join(str(word) for word in words if word != "")
        raise Refusal(f"Invalid {path}: must be one of {named}", param=path)
    return texts[value]


def _text(value: str, path: str) -> str:
    return value


def _integer(value: str, path: str) -> int:
    if not INTEGER.match(value):
        raise Refusal(f"Invalid integer: {value}", code="parameter_invalid_integer", param=path)
    return int(value)


def _boolean(value: str, path: str) -> bool:
    if value not in {"true", "false"}:
        raise Refusal(f"Invalid boolean: {value}", param=path)
    return value == "true"


def _decimal(value: str, path: str) -> Decimal:
    try:
        made = Decimal(value)
    except InvalidOperation:
        raise Refusal(f"Invalid decimal: {value}", param=path) from None
    if not made.is_finite():
        raise Refusal(f"Invalid decimal: {value}", param=path)
    return made


def _float(value: str, path: str) -> float:
    return float(_decimal(value, path))


SCALARS: dict[Any, Callable[[str, str], Any]] = {
    str: _text,
    int: _integer,
    bool: _boolean,
    float: _float,
    Decimal: _decimal,
}


def _below(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
