"""Arithmetic over series: `A / B * 100`. Letters are series in their order; nothing else has a name."""

import ast
from collections.abc import Callable, Mapping

from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.shapes import Number

MAX_CHARS = 200

_TWO: dict[type[ast.operator], Callable[[float, float], float | None]] = {
    ast.Add: lambda one, other: one + other,
    ast.Sub: lambda one, other: one - other,
    ast.Mult: lambda one, other: one * other,
    ast.Div: lambda one, other: one / other if other else None,
}


class Formula:
    """One parsed expression. Knows + - * /, parentheses, numbers and the letters it was given."""

    def __init__(self, text: str, letters: str, path: str) -> None:
        """Raises InvalidQuestion, naming `path`, for anything else."""
        if len(text) > MAX_CHARS:
            raise InvalidQuestion(path, f"is {len(text)} characters long; the limit is {MAX_CHARS}")
        self._letters = letters
        self._path = path
        try:
            self._body = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise InvalidQuestion(path, f"{text!r} is no formula") from None
        self._check(self._body)

    def value(self, values: Mapping[str, Number]) -> float | None:
        """None where a part is undefined or something is divided by 0."""
        return self._value(self._body, values)

    def _check(self, node: ast.expr) -> None:
        match node:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _TWO:
                self._check(left)
                self._check(right)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                self._check(operand)
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool) and abs(value) < 1e15:
                return
            case ast.Name(id=name) if name in self._letters and len(name) == 1:
                return
            case _:
                known = ", ".join(self._letters)
                raise InvalidQuestion(self._path, f"knows + - * / ( ), numbers and {known}, not {ast.unparse(node)!r}")

    def _value(self, node: ast.expr, values: Mapping[str, Number]) -> float | None:
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                one, other = self._value(left, values), self._value(right, values)
                return None if one is None or other is None else _TWO[type(op)](one, other)
            case ast.UnaryOp(op=op, operand=operand):
                inner = self._value(operand, values)
                return -inner if inner is not None and isinstance(op, ast.USub) else inner
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id=name):
                value = values[name]
                return None if value is None else float(value)
        raise TypeError(f"unchecked part of a formula: {node!r}")
