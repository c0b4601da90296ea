"""A row and the one it points at, by SQL that is made once.

Django makes a query's SQL anew each time, which is most of what it takes (`bench/lookup.py`). That
is worth this much code for the one query that every request begins with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey, Model

Found = TypeVar("Found", bound=Model)
Made = TypeVar("Made", bound=Model)


class Column(NamedTuple):
    """A field as the database knows it, and what makes a value of Python's of its answer."""

    sql: str
    attname: str
    expression: Any
    converters: Sequence[Any]

    @classmethod
    def of(cls, field: Field[Any, Any], connection: BaseDatabaseWrapper) -> Column:
        table, quote = field.model._meta.db_table, connection.ops.quote_name
        expression = field.get_col(table)
        converters = [
            *connection.ops.get_db_converters(expression),
            *expression.get_db_converters(connection),
        ]
        sql = f"{quote(table)}.{quote(str(field.column))}"
        return cls(sql, field.attname, expression, converters)

    def convert(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
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
        self.database = router.db_for_read(self.model)
        connection = connections[self.database]
        column_of = partial(Column.of, connection=connection)
        others = self.related._meta.concrete_fields
        self.own = [column_of(field) for field in self.model._meta.concrete_fields]
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
        """The first row there is, with the one it points at; None if there is none."""
        with connections[self.database].cursor() as cursor:
            cursor.execute(self.sql, values)
            row = cursor.fetchone()
        if row is None:
            return None
        found = self.made_of(self.model, self.own, row[: len(self.own)])
        related = self.made_of(self.related, self.others, row[len(self.own) :])
        self.key.set_cached_value(found, related)
        return found

    def made_of(self, model: type[Made], columns: Sequence[Column], values: Sequence[Any]) -> Made:
        connection = connections[self.database]
        names = [column.attname for column in columns]
        pairs = zip(columns, values, strict=True)
        converted = [
            column.convert(value, connection) if column.converters else value
            for column, value in pairs
        ]
        return model.from_db(self.database, names, converted)
