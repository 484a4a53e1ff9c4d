"""Statements that are written once: for the few queries that every page of a learner makes.

Putting a query together costs Django several times what MariaDB needs to answer it. A `Prepared`
one is put together the first time, with samples in place of its values; from then on only the
values are exchanged. What comes back are instances as from the queryset itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=models.Model)
SAMPLES: dict[type, Callable[[int], Any]] = {
    int: lambda number: 9_007_199_254_740_000 + number,
    str: lambda number: f"\ue000prepared {number}",
    datetime: lambda number: datetime(1901, 1, 1, microsecond=number, tzinfo=UTC),
}


@dataclass(frozen=True)
class Written:
    """A statement, the places of its values, and the compiler that knows what its rows mean."""

    compiler: Any
    sql: str
    parameters: list[Any]
    places: dict[int, str]

    def execute(self, values: dict[str, Any]) -> list[Any]:
        """The rows, as the driver returns them, in one chunk."""
        filled = list(self.parameters)
        for place, name in self.places.items():
            filled[place] = _for_database(values[name])
        with connection.cursor() as cursor:
            cursor.execute(self.sql, filled)
            return [cursor.fetchall()]


class Maker:
    """What Django's `ModelIterable` finds out for each execution, found once."""

    def __init__(self, compiler: Any) -> None:
        about, select = compiler.klass_info, compiler.select
        fields = about["select_fields"]
        self.model = about["model"]
        self.columns = slice(fields[0], fields[-1] + 1)
        self.names = [column[0].target.attname for column in select[self.columns]]
        self.related = get_related_populators(about, select, connection.alias)  # type: ignore[call-arg]
        self.annotations = compiler.annotation_col_map or {}

    def make(self, row: Any) -> Any:
        made = self.model.from_db(connection.alias, self.names, row[self.columns])
        for related in self.related:
            related.populate(row, made)
        for name, place in self.annotations.items():
            setattr(made, name, row[place])
        return made


class Prepared(Generic[Row]):
    """`Prepared(build, user=int, slug=str)`; call it with `user=…, slug=…` for a list of instances.

    `build` takes values under these names and returns a queryset; it may do nothing with them but
    filter by them, and must use each.
    """

    def __init__(self, build: Callable[..., "models.QuerySet[Row]"], **types: type) -> None:
        self.build = build
        self.types = types

    def __call__(self, **values: Any) -> list[Row]:
        rows = self._rows(values)
        make: Callable[[Any], Row] = self._maker.make
        return [make(row) for row in rows]

    def tuples(self, **values: Any) -> list[Any]:
        """The rows as tuples, for a queryset of `values_list`."""
        return list(map(tuple, self._rows(values)))

    def _rows(self, values: dict[str, Any]) -> Iterator[Any]:
        for name, kind in self.types.items():
            if not isinstance(values[name], kind):
                raise TypeError(f"{name} is no {kind.__name__}")
        if any(isinstance(value, int) and abs(value) >= 2**63 for value in values.values()):
            return iter(())  # as Django: no column holds it, and SQLite stumbles
        written = self._written
        rows: Iterator[Any] = written.compiler.results_iter(written.execute(values))
        return rows

    @cached_property
    def _maker(self) -> Maker:
        return Maker(self._written.compiler)

    @cached_property
    def _written(self) -> Written:
        numbers = count(1)
        samples = {name: SAMPLES[kind](next(numbers)) for name, kind in self.types.items()}
        query = self.build(**samples).query
        compiler: Any = query.get_compiler(connection.alias)
        sql, parameters = compiler.as_sql()
        # They are the same for each execution, and finding them asks every column.
        converters = compiler.get_converters([column[0] for column in compiler.select])
        compiler.get_converters = lambda _expressions: converters
        names = {_for_database(sample): name for name, sample in samples.items()}
        places = {
            place: names[value]
            for place, value in enumerate(parameters)
            if isinstance(value, str | int) and value in names
        }
        if set(places.values()) != set(samples):
            raise ValueError("a value is not used as it is given")
        return Written(compiler, sql, list(parameters), places)


def _for_database(value: Any) -> Any:
    """As the database's driver takes it."""
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    return value
