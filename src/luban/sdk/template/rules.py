"""What may stand in a template, and how calls become filters, before anything of it runs."""

from __future__ import annotations

from typing import Any, cast

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

_ALLOWED: frozenset[type[nodes.Node]] = frozenset(
    {
        nodes.Template,
        nodes.Output,
        nodes.TemplateData,
        nodes.For,
        nodes.If,
        nodes.Assign,
        nodes.AssignBlock,
        nodes.FilterBlock,
        nodes.With,
        nodes.Name,
        nodes.Const,
        nodes.Tuple,
        nodes.List,
        nodes.Dict,
        nodes.Pair,
        nodes.Keyword,
        nodes.CondExpr,
        nodes.Filter,
        nodes.Test,
        nodes.Getattr,
        nodes.Getitem,
        nodes.Slice,
        nodes.Concat,
        nodes.Compare,
        nodes.Operand,
        nodes.Add,
        nodes.Sub,
        nodes.Mul,
        nodes.Div,
        nodes.FloorDiv,
        nodes.Mod,
        nodes.Pow,
        nodes.And,
        nodes.Or,
        nodes.Not,
        nodes.Neg,
        nodes.Pos,
        nodes.Call,
    }
)
_METHODS = {
    "items": "items",
    "keys": "keys",
    "values": "values",
    "get": "get",
    "upper": "upper",
    "lower": "lower",
    "title": "title",
    "capitalize": "capitalize",
    "strip": "trim",
    "replace": "replace",
    "split": "split",
    "startswith": "startswith",
    "endswith": "endswith",
}
"""Methods people know from Python, and the filters that do the same."""
_RESERVED = frozenset({"self", "super", "caller"})


class Rules(NodeTransformer):
    """Refuses what is not in the language, and lets every loop, list and call go by a filter."""

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        if type(node) not in _ALLOWED:
            word = type(node).__name__.lower()
            raise TemplateSyntaxError(f"`{word}` is not part of this language", node.lineno)
        return super().visit(node, *args, **kwargs)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802
        if node.name in _RESERVED:
            raise TemplateSyntaxError(f"the name `{node.name}` cannot be used", node.lineno)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise TemplateSyntaxError("`recursive` loops are not allowed", node.lineno)
        literal = sum(len(part.data) for part in node.find_all(nodes.TemplateData))
        self.generic_visit(node)
        node.iter = _filter(node.iter, "each", [nodes.Const(literal)])
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), "concat", [])

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filter(node, "checked", []) if node.items else node

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filter(node, "checked", []) if node.items else node

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if node.ctx == "store" or not node.items:
            return node
        return _filter(nodes.List(node.items, lineno=node.lineno), "checked", [])

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        called = node.node
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            raise TemplateSyntaxError("`*` arguments are not allowed", node.lineno)
        if isinstance(called, nodes.Name) and called.name == "range" and node.args:
            return self._as_filter(node, node.args[0], "range", node.args[1:])
        if isinstance(called, nodes.Getattr):
            if _is_loop_cycle(called) and node.args:
                return self._cycle(called, node.args)
            if called.attr in _METHODS:
                return self._as_filter(node, called.node, _METHODS[called.attr], node.args)
        raise TemplateSyntaxError(
            "calls are not allowed; use a filter such as `name | upper`", node.lineno
        )

    def _as_filter(
        self, call: nodes.Call, subject: nodes.Expr, name: str, args: list[nodes.Expr]
    ) -> nodes.Node:
        made = _filter(subject, name, args)
        made.kwargs = [cast("nodes.Pair", each) for each in call.kwargs]
        self.generic_visit(made)
        return made

    def _cycle(self, called: nodes.Getattr, args: list[nodes.Expr]) -> nodes.Node:
        """`loop.cycle(a, b)` is `[a, b][loop.index0 % 2]`."""
        place = nodes.Mod(nodes.Getattr(called.node, "index0", "load"), nodes.Const(len(args)))
        choice = nodes.Getitem(nodes.List(args), place, "load")
        choice.set_lineno(called.lineno)
        self.generic_visit(choice)
        return choice


def _is_loop_cycle(called: nodes.Getattr) -> bool:
    return called.attr == "cycle" and isinstance(called.node, nodes.Name)


def _filter(subject: nodes.Node, name: str, args: list[nodes.Expr]) -> nodes.Filter:
    made = nodes.Filter(cast("nodes.Expr", subject), name, args, [], None, None)
    made.set_lineno(subject.lineno)
    return made
