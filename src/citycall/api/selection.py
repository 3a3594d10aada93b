"""Field selection: ``?fields=id,service.name`` tells those fields and no others."""

from collections.abc import Mapping
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from django.utils.translation import gettext as _
from pydantic import BaseModel

from citycall.core.errors import Faults

Tree = dict[str, "Tree"]


@lru_cache(maxsize=500)
def _chosen(model: type[BaseModel], text: str) -> Tree:
    tree: Tree = {}
    for path in text.split(","):
        _enter(tree, model, path)
    return tree


def _enter(tree: Tree, model: type[BaseModel], path: str) -> None:
    known: type[BaseModel] | None = model
    branch = tree
    for name in path.split("."):
        if known is None or name not in known.model_fields:
            raise Faults({"fields": _("There is no field “%(path)s” here.") % {"path": path}})
        branch = branch.setdefault(name, {})
        known = _model_in(known.model_fields[name].annotation)


def _model_in(kind: Any) -> type[BaseModel] | None:
    """The model that a field holds, itself, in a list, or as one of several possibilities."""
    if isinstance(kind, type) and not get_args(kind):
        return kind if issubclass(kind, BaseModel) else None
    if get_origin(kind) in {Union, UnionType, list}:
        return next((model for part in get_args(kind) if (model := _model_in(part))), None)
    return None


def _pick(data: Any, tree: Tree) -> Any:
    if not tree:
        return data
    if isinstance(data, list):
        return [_pick(each, tree) for each in data]
    if isinstance(data, Mapping):
        return {name: _pick(data[name], below) for name, below in tree.items()}
    return data


def select(data: Any, fields: str, model: type[BaseModel]) -> Any:
    """The chosen fields of one thing or a list of them; no choice means all.

    ``model`` says which fields there are. Raises ``Faults`` for one that there is not.
    """
    return _pick(data, _chosen(model, fields)) if fields else data


def check(fields: str, model: type[BaseModel]) -> None:
    """Raise ``Faults`` for a field that the model does not have."""
    if fields:
        _chosen(model, fields)
