"""A row and the one it points at, by SQL that is made once.

Django makes a query's SQL anew each time, which takes five times as long as the database takes for
its answer. That is worth this much code for the one query that every request begins with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, ForeignKey, Model

Found = TypeVar("Found", bound=Model)


class Column(NamedTuple):
    """A field as the database knows it, and what makes a value of Python's of its answer."""

    sql: str
    attname: str
    expression: Any
    converters: Sequence[Any]

    def convert(self, value: Any) -> Any:
        for convert in self.converters:
            value = convert(value, self.expression, connection)
        return value


class PreparedLookup(Generic[Found]):
    """As `select_related(key).defer(*deferred).get()`, by the values of these fields.

    `deferred` are fields of the row that `key` points at: they are read when asked for.
    """

    def __init__(
        self, key: ForeignKey[Any, Any], deferred: Collection[str], by: Iterable[Field[Any, Any]]
    ) -> None:
        self.key, self.model = key, cast("type[Found]", key.model)
        self.related = key.related_model
        self.own = [column_of(field) for field in self.model._meta.concrete_fields]
        others = self.related._meta.concrete_fields
        self.others = [column_of(field) for field in others if field.name not in deferred]
        quote = connection.ops.quote_name
        wanted = ", ".join(column.sql for column in (*self.own, *self.others))
        target = column_of(key.target_field).sql
        conditions = " AND ".join(f"{column_of(field).sql} = %s" for field in by)
        # Only names of ours are put together here.
        self.sql = (
            f"SELECT {wanted} FROM {quote(self.model._meta.db_table)}"  # noqa: S608
            f" INNER JOIN {quote(self.related._meta.db_table)} ON {column_of(key).sql} = {target}"
            f" WHERE {conditions}"
        )

    def find(self, *values: str) -> Found | None:
        """The first row there is, its neighbour in place; None if there is none."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            row = cursor.fetchone()
        if row is None:
            return None
        found = made_of(self.model, self.own, row[: len(self.own)])
        self.key.set_cached_value(found, made_of(self.related, self.others, row[len(self.own) :]))
        return found


def column_of(field: Field[Any, Any]) -> Column:
    quote = connection.ops.quote_name
    expression = field.get_col(field.model._meta.db_table)
    converters = [
        *connection.ops.get_db_converters(expression),
        *expression.get_db_converters(connection),
    ]
    sql = f"{quote(field.model._meta.db_table)}.{quote(str(field.column))}"
    return Column(sql, field.attname, expression, converters)


M = TypeVar("M", bound=Model)


def made_of(model: type[M], columns: Sequence[Column], values: Sequence[Any]) -> M:
    names = [column.attname for column in columns]
    converted = [column.convert(value) for column, value in zip(columns, values, strict=True)]
    return model.from_db(DEFAULT_DB_ALIAS, names, converted)
