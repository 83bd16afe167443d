"""A contract for import-linter: a module that calls itself pure is held to it.

A module is a core when a sentence of its docstring begins with `Pure`; a package that
says so speaks for all its modules; `Pure functions ...`
speaks of those functions alone. A core imports none of the forbidden modules, neither
itself nor through another module. So nobody keeps a list of cores beside the code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from grimp import ImportGraph
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.domain import fields
from importlinter.domain.contract import ContractCheck
from importlinter.domain.imports import ModuleExpression

_SAYS_PURE = re.compile(r"(?:^|[.;:]\s+)Pure\b(?! functions)", re.MULTILINE)


class PureContract(ForbiddenContract):
    """Forbids modules to all that declare themselves pure; see the module's docstring."""

    type_name = "pure"
    # set by `check`; a descriptor in import-linter's own terms
    source_modules: Any = fields.SetField(
        subfield=fields.ModuleExpressionField(), required=False
    )

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        names = graph.modules & {name for root in _roots(graph) for name in cores(root)}
        self.source_modules = {ModuleExpression(name) for name in names}
        return super().check(graph, verbose)


def cores(package: Path) -> Iterator[str]:
    """Name the modules below a package's folder that declare themselves pure."""
    for path in sorted(package.rglob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        if docstring and _SAYS_PURE.search(docstring):
            yield module_name(path, package)


def module_name(path: Path, package: Path) -> str:
    """Return the dotted name of a file in a package's folder."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _roots(graph: ImportGraph) -> Iterator[Path]:
    """Folders of the packages of our own; the other roots were squashed to one module."""
    for name in sorted({module.partition(".")[0] for module in graph.modules}):
        if graph.is_module_squashed(name):
            continue
        spec = find_spec(name)
        for folder in spec.submodule_search_locations or () if spec else ():
            yield Path(folder)
