"""Templates fill in values, reach nothing else, and always end."""

from __future__ import annotations

import time
from typing import Any

import pytest

from luban.sdk import BlockError
from luban.sdk.template import render

POST = {"title": "一", "tags": ["a", "b"], "score": 2}


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("no braces at all", {}, "no braces at all"),
        ("{{ missing }}|{{ nothing }}", {"nothing": None}, "|"),
        (
            "{{ yes }} {{ whole }} {{ part }}",
            {"yes": True, "whole": 3.0, "part": 1.5},
            "true 3 1.5",
        ),
        ("{{ p }}", {"p": {"k": ["中"]}}, '{"k":["中"]}'),
        (
            "{{ p.title }}{{ p['title'] }}{{ p.tags[-1] }}{{ p.tags[0:1] }}",
            {"p": POST},
            '一一b["a"]',
        ),
        ("{{ p.items }}", {"p": {"items": 5}}, "5"),
        ("{% for k, v in p.items() %}{{ k }}={{ v }};{% endfor %}", {"p": {"a": 1}}, "a=1;"),
        ("{{ name.upper() }} {{ name | title }}", {"name": "lu ban"}, "LU BAN Lu Ban"),
        ("{{ l | map(attribute='score') | sum }}", {"l": [POST, POST]}, "4"),
        ("{{ l | sum(attribute='score') }}", {"l": [POST, POST]}, "4"),
        (
            "{{ l | selectattr('score', 'gt', 1) | map(attribute='title') | join('、') }}",
            {"l": [POST]},
            "一",
        ),
        (
            "{% for g in l | groupby('title') %}{{ g.grouper }}{{ g.list | length }}{% endfor %}",
            {"l": [POST]},
            "一1",
        ),
        (
            (
                "{% for x in l %}{{ loop.index }}/{{ loop.length }}"
                "{{ loop.cycle('a', 'b') }} {% endfor %}"
            ),
            {"l": [7, 8]},
            "1/2a 2/2b ",
        ),
        ("{% for i in range(3) %}{{ i }}{% else %}none{% endfor %}", {}, "012"),
        ("{% set x = a ~ 1 %}{{ x }}{{ 'y' if x == 'a1' else 'n' }}", {"a": "a"}, "a1y"),
        ("{{ '%.2f' | format(n) }}{{ ' %d%%' % 5 }}", {"n": 1}, "1.00 5%"),
        ("line\n", {}, "line\n"),
        ("{{ 1 }}\n", {}, "1\n"),
    ],
)
def test_values_are_filled_in(template: str, values: dict[str, Any], text: str) -> None:
    assert render(template, values) == text


def test_escaping_is_for_values_not_for_the_template() -> None:
    values = {"mark": "<b>", "l": ["<", "&"]}
    assert render("<p>{{ mark }}</p>{{ l | join('<br>') }}", values, escape_html=True) == (
        "<p>&lt;b&gt;</p>&lt;&lt;br&gt;&amp;"
    )
    assert render("{{ mark | safe }}", values, escape_html=True) == "<b>"
    assert render("{{ mark }}", values) == "<b>"


def test_a_missing_name_can_be_an_error() -> None:
    assert render("{{ who | default('you') }}", {}, strict=True) == "you"
    with pytest.raises(BlockError, match="line 2: 'who' is undefined"):
        render("Dear\n{{ who }}", {}, strict=True)


@pytest.mark.parametrize(
    "template",
    [
        "{{ x.__class__ }}",
        "{{ x['__class__'] }}",
        "{{ p.__init__ }}",
        "{{ l.append }}",
        "{{ n.real }}",
        "{% for i in l %}{{ loop.__class__ }}{{ loop._iterable }}{% endfor %}",
        "{{ l | map(attribute='__class__') | join }}",
        "{{ x['_' ~ '_class_' ~ '_'] }}",
        r"{{ x['\x5f\x5fclass\x5f\x5f'] }}",
        "{{ l | selectattr('__class__') | join }}",
        "{{ loop }}{{ request }}{{ config }}",
    ],
)
def test_no_attribute_of_python_is_reached(template: str) -> None:
    assert render(template, {"x": "s", "p": {}, "l": [1], "n": 1}).strip() == ""


@pytest.mark.parametrize(
    "template",
    [
        "{{ x.__class__.__mro__ }}",
        "{{ p.get.__globals__ }}",
        "{{ x.format(1) }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ x | attr('upper') }}",
        "{{ self }}",
        "{{ self.__init__ }}",
        "{{ cycler('a') }}{{ joiner() }}",
        "{{ lipsum() }}",
        "{{ namespace() }}",
        "{{ dict(a=1) }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% call f() %}{% endcall %}",
        "{% for a in l recursive %}{{ loop(a) }}{% endfor %}",
        "{{ x.upper(*l) }}",
        "{{ p.keys.__call__() }}",
        "{% block a %}{% endblock %}",
        "{% autoescape false %}{% endautoescape %}",
        "{% set p.k = 1 %}",
        "{{ l | map('attr', '__class__') | list }}",
        "{{ x | map('format', 1) | list }}",
        "{{ p | xmlattr }}",
        "{{ p | pprint }}",
        "{{ ('%s' | format).__globals__ }}",
        "{% for p.k in l %}{% endfor %}",
        "{% debug %}",
        "{{ x.encode('utf-8') }}",
        "{{ caller }}",
    ],
)
def test_what_could_reach_python_is_refused(template: str) -> None:
    with pytest.raises(BlockError) as refused:
        render(template, {"x": "s", "l": [1], "p": {}})
    assert refused.value.code == "template_failed"
    assert "模板无法填充" in refused.value.message_zh


def test_a_long_report_is_no_offence() -> None:
    rows = [{"name": f"row {number}", "note": "x" * 30} for number in range(10_000)]
    line = "{{ loop.index }}. {{ r.name }}: {{ r.note }}\n"
    text = render("{% for r in rows %}" + line + "{% endfor %}", {"rows": rows})
    assert text.count("\n") == 10_000


DOUBLED = 60
"""Doublings that no memory would hold."""


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 900000000 }}",
        "{{ 900000000 * 'a' }}",
        "{{ [1] * 9 }}",
        "{{ 9 ** 9999 }}",
        "{% set a = 99 %}" + "{% set a = a * a %}" * DOUBLED,
        "{% set a = 'xxxxxxxxxx' %}" + "{% set a = a ~ a %}" * DOUBLED,
        "{% set a = 'xxxxxxxxxx' %}" + "{% set a = a + a %}" * DOUBLED,
        "{% set a = ['x'] %}" + "{% set a = a + a %}" * DOUBLED,
        "{% set a = ['x'] %}" + "{% set a = [a, a] %}" * DOUBLED,
        "{% set a = 'x' %}" + "{% set a = {'l': a, 'r': a} %}" * DOUBLED,
        "{% set a = 'x' %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * DOUBLED,
        "{% set a = 'xx' %}" + "{% set a = a | replace('x', 'xxxxxxxxxx') %}" * DOUBLED,
        "{% set a = 'xx' %}" + "{% set a = [a, a, a] | join(a) %}" * DOUBLED,
        "{{ '%999999999d' % 1 }}",
        "{{ '%*d' | format(999999999, 1) }}",
        "{{ 'x' | center(100000000) }}",
        "{{ 'x' | indent(100000000, true) }}",
        "{{ [1] | batch(100000000, 'x') | list }}",
        "{{ [1] | slice(100000000) | list }}",
        "{% for a in range(100000) %}{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "{% for a in range(9999) %}" + "long text " * 1000 + "{% endfor %}",
        "{% set s %}{% for a in range(9999) %}" + "long text " * 1000 + "{% endfor %}{% endset %}",
        "{% for a in range(9999) %}{{ big | lower | length }}{% endfor %}",
        "{% for a in range(9999) %}{% if big ~ a in big %}{% endif %}{% endfor %}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "-" * 5000 + "1 }}",
        "{% for i in big %}" * 30 + "{% endfor %}" * 30,
        "{{ '%s' | format('x' | center(9999999)) }}",
        "{{ range(9999999) | list }}",
        "{{ big | wordwrap(1) | wordwrap(1) | list | join(big) }}",
    ],
)
def test_a_template_cannot_take_everything(template: str) -> None:
    started = time.process_time()
    with pytest.raises(BlockError):
        render(template, {"big": "x" * 100_000})
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ x ", "line 1: unexpected end of template"),
        ("a\n{{ x | nosuch }}", "line 2: No filter named 'nosuch'"),
        ("a\nb\n{{ 1 / 0 }}", "line 3: division by zero"),
        ("{% for x in 5 %}{% endfor %}", "`for` needs a list, and got 5"),
        ("{{ gone.title }}", "'gone' is undefined"),
        ("{{ ['a'] | sum }}", "`sum` needs numbers, and got a"),
    ],
)
def test_an_error_names_line_and_cause(template: str, said: str) -> None:
    with pytest.raises(BlockError, match="cannot be filled") as failed:
        render(template, {})
    assert said in str(failed.value)
