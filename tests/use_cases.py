"""Which use cases there are: what a host calls, found by how they are called, so that none is forgotten."""

from collections.abc import Callable
from inspect import getmembers, isfunction, signature
from types import ModuleType
from typing import Any

from lara_core.hosting.ports import Receipt
from lara_core.rosters import Outcome


def use_cases_in(*modules: ModuleType) -> set[Callable[..., Any]]:
    """The public functions of *modules* that take a store first; what takes a unit of work is a part of them."""
    return {
        function
        for module in modules
        for name, function in getmembers(module, isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and next(iter(signature(function).parameters), None) == "store"
    }


def commands_in(*modules: ModuleType) -> set[Callable[..., Any]]:
    """Those of the use cases that are answered by a receipt, or by the outcome of many; all others are questions."""
    answers = (Receipt, Outcome)
    return {function for function in use_cases_in(*modules) if signature(function).return_annotation in answers}
