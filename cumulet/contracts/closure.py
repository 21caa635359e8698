"""Which of the project's own files a module needs, and what they say: packages and fingerprints come from one walk.

`root` is the folder that holds the packages (the repository, a Lambda package, `code/` of a model) or a zip
application with the same layout. Sources must be there; imports must be absolute, since the walk reads them.
"""

from __future__ import annotations

import ast
import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from cumulet.contracts.errors import ContractError

OWN = ("batch", "cumulet", "lambdas", "training", "usecases")
"""The project's packages that may be shipped: everything else is a wheel or the standard library."""

_UNCOMPARED = ("type_comment", "kind")
_FILES = 2048
"""So many sources are read once while they stay the same: a training asks for its fingerprint again and again."""


def closure(root: Path, modules: Sequence[str]) -> list[Path]:
    """Files, relative to `root` and sorted, that importing `modules` executes: theirs, what they import, transitively,
    and every package's `__init__.py` on the way. Raises ContractError when a module of ours has no file.
    """
    sources = _Sources(root)
    return sorted(Path(path) for path in _walk(sources, modules, packages=True))


def read(root: Path, path: Path) -> bytes:
    """The bytes of a file of the closure, from the folder or from the zip application."""
    return _Sources(root).read(path.as_posix())


def fingerprint(root: Path, module: str) -> str:
    """SHA-256 (hexadecimal) of what the module and all it imports by name say, without comments and docstrings.

    The `__init__.py` of a package that merely lies on the way is not part of it: it says what else there is, not what
    this code computes. Equal in the repository, a Lambda package, a zip application, and for Python 3.11 and later.
    """
    digest = hashlib.sha256()
    for path, source in sorted(_walk(_Sources(root), [module], packages=False).items()):
        digest.update(f"{path}\0{_said(source)}\0".encode())
    return digest.hexdigest()


class _Sources:
    """Source files under a folder or inside a zip application."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.zip = zipfile.ZipFile(root) if root.is_file() else None
        self.names = set(self.zip.namelist()) if self.zip else set()

    def read(self, path: str) -> bytes:
        return self.zip.read(path) if self.zip else (self.root / path).read_bytes()

    def find(self, module: str) -> str | None:
        """The module's file, or None when there is none (a namespace package, or a name inside a module)."""
        stem = module.replace(".", "/")
        paths = (f"{stem}.py", f"{stem}/__init__.py")
        return next((p for p in paths if (p in self.names if self.zip else (self.root / p).is_file())), None)


def _walk(sources: _Sources, modules: Sequence[str], *, packages: bool) -> dict[str, bytes]:
    for module in modules:
        if sources.find(module) is None:
            raise ContractError(f"module {module!r}: no such file under {sources.root}")
    found: dict[str, bytes] = {}
    waiting = [name for module in modules for name in _with_packages(module, packages)]
    while waiting:
        path = sources.find(waiting.pop())
        if path is None or path in found:
            continue
        found[path] = sources.read(path)
        for name in _imports(path, found[path]):
            waiting.extend(_with_packages(name, packages))
    return found


def _with_packages(module: str, packages: bool) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts) + 1)] if packages else [module]


@lru_cache(_FILES)
def _imports(path: str, source: bytes) -> tuple[str, ...]:
    """Names of ours that a source imports."""
    return tuple(_imported(ast.parse(source, filename=path), path))


@lru_cache(_FILES)
def _said(source: bytes) -> str:
    """What a source says without comments and docstrings."""
    return _dump(_without_docstrings(ast.parse(source)))


def _imported(tree: ast.Module, path: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in OWN)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ContractError(f"{path}:{node.lineno}: relative import; the closure reads absolute ones only")
            if node.module and node.module.split(".")[0] in OWN:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [s for s in body if not _is_text(s)]  # type: ignore[attr-defined]
    return tree


def _is_text(statement: ast.AST) -> bool:
    """A string standing alone: a docstring of a module, class, function or attribute."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _dump(node: Any) -> str:
    """Like `ast.dump`, and the same for every Python version: what is empty or merely typographic is left out."""
    if isinstance(node, list):
        return "[" + ",".join(map(_dump, node)) + "]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.Constant):
        return f"={node.value!r}"
    fields = ((f, getattr(node, f, None)) for f in node._fields if f not in _UNCOMPARED)
    return f"{type(node).__name__}({','.join(f'{f}={_dump(v)}' for f, v in fields if v is not None and v != [])})"
