"""Names the state that importing our packages makes: `python -m tests.imported_state widget`.

State is what changes or runs: two servers, or two tests, in one process would share it. It is
looked for in what modules and classes name, and in the tables and closures to which that leads.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from functools import _lru_cache_wrapper
from importlib import import_module
from inspect import unwrap
from pkgutil import walk_packages
from queue import Queue, SimpleQueue
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary, WeakSet, WeakValueDictionary

import django
from prometheus_client.registry import Collector

CHANGES_OR_RUNS = (
    *(Executor, threading.Thread, threading.Condition, threading.Event, threading.Semaphore),
    *(type(threading.Lock()), type(threading.RLock()), Queue, SimpleQueue, deque, bytearray),
    *(Counter, OrderedDict, defaultdict, WeakKeyDictionary, WeakSet, WeakValueDictionary),
)
# A metric is the whole process's; and what is made at first use was not made by importing.
MAY_BE = {Collector, _lru_cache_wrapper}
# Tables are full, and named in capitals but for what Django looks for.
TABLES = ("urlpatterns", "websocket_urlpatterns")
# Whoever serves imports `asgi` to have an application made; and a setting may be empty.
NOT_LOOKED_AT = {"asgi", "settings", "migrations", "__main__"}


class Search:
    def __init__(self, packages: Iterable[str]) -> None:
        self.packages = packages
        self.seen: dict[int, Any] = {}

    def found(self) -> Iterator[str]:
        """Each as "module.name: its type"."""
        for package in self.packages:
            for module in modules_in(package):
                yield from self.in_names(vars(import_module(module)), module)
        yield from (f"{thread.name}: a thread that runs" for thread in threading.enumerate()[1:])

    def in_names(self, names: Mapping[str, Any], where: str) -> Iterator[str]:
        for name, value in tuple(names.items()):
            if name.startswith("__"):
                continue
            if isinstance(value, dict | list | set) and not is_table(name, value):
                yield f"{where}.{name}: {type(value).__name__}"
            yield from self.in_value(value, f"{where}.{name}")

    def in_value(self, value: Any, where: str) -> Iterator[str]:
        if id(value) in self.seen or not MAY_BE.isdisjoint(type(value).__mro__):
            return
        self.seen[id(value)] = value
        if isinstance(value, CHANGES_OR_RUNS) or self.is_object(value):
            yield f"{where}: {type(value).__name__}"
        for part in self.parts_of(value):
            yield from self.in_value(part, where)
        if isinstance(value, type) and self.is_ours(value) and is_as_written(value):
            yield from self.in_names(vars(value), where)

    def parts_of(self, value: Any) -> Iterable[Any]:
        if isinstance(value, FunctionType) and self.is_ours(value):
            return [cell.cell_contents for cell in unwrap(value).__closure__ or ()]
        if isinstance(value, dict):
            return value.values()
        return value if isinstance(value, list | set | tuple) else ()

    def is_object(self, value: Any) -> bool:
        """Whether it is of a class of ours, and no value, which is known by what it holds."""
        kind: Any = type(value)
        is_value = kind.__hash__ not in (None, object.__hash__)
        return self.is_ours(kind) and not is_value and bool(vars(value))

    def is_ours(self, named: Any) -> bool:
        return str(named.__module__).split(".")[0] in self.packages


def is_table(name: str, value: Any) -> bool:
    return bool(value) and (name.isupper() or name in TABLES)


def is_as_written(kind: type) -> bool:
    """Not made by a library's metaclass, as models, forms and enumerations are."""
    return type(kind) is type and not issubclass(kind, tuple)


def modules_in(package: str) -> Iterator[str]:
    for module in walk_packages(import_module(package).__path__, f"{package}."):
        if NOT_LOOKED_AT.isdisjoint(module.name.split(".")):
            yield module.name


if __name__ == "__main__":
    django.setup()
    sys.stdout.writelines(f"{one}\n" for one in Search(sys.argv[1:]).found())
