"""The library's options, and its sentences about them in Python's words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from ._library import lib, text


class Option(NamedTuple):
    """An option of the library: `backless train --help` shows the same table."""

    key: str
    argument: str | None
    default: str
    group: str
    help: str


def options() -> list[Option]:
    """The whole table of the library's options."""
    table: list[Option] = []
    while True:
        found = lib.bl_option_at(len(table))
        if not found:
            return table
        o = found.contents
        table.append(
            Option(
                text(o.key) or "",
                text(o.argument),
                text(o.default_value) or "",
                text(o.group) or "",
                text(o.help) or "",
            )
        )


@cache
def _by_key() -> dict[str, Option]:
    return {option.key: option for option in options()}


# An option and, behind a blank, what may be its value: a text in quotes, a number, a placeholder in capitals
# (N, ROWSxCOLS), or a word.
_OPTION = re.compile(r'--([a-z][a-z-]*[a-z])(?: ("[^"]*"|[-+.\w]*\w))?')
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"[A-Z][A-Zx]*")


def _value_in_python(option: Option, word: str) -> str | None:
    """None: the word is no value but goes on with the sentence."""
    if word.startswith('"') or _NUMBER.fullmatch(word) or _PLACEHOLDER.fullmatch(word):
        return word
    is_value = word in (option.argument or "").split("|") or "." in word
    return f'"{word}"' if is_value else None


# Functions of the library that sentences name. A method of the trainer, and of the emitter of a rule, mostly
# has the name that follows the prefix.
_FUNCTION = re.compile(r"\bbl_(?:(?:trainer|emitter|emit)_\w+|model_load|rule_register)\b")
_FUNCTIONS = {
    "bl_emit_map": "call()",
    "bl_model_load": "Model.load()",
    "bl_rule_register": "the argument rules of Model.load()",
}


def _function_in_python(found: re.Match[str]) -> str:
    name = found[0]
    if name == "bl_rule_register" and found.start() == 0:
        return "backless.Rule"
    return _FUNCTIONS.get(name) or re.sub("^bl_(trainer|emitter|emit)_", "", name) + "()"


def in_python(sentence: str, more: Iterable[Option] = ()) -> str:
    """A sentence of the library, which names options as the program does, and functions as C does: --batch 16
    becomes batch=16, and bl_trainer_fit fit(). more: options of a command, which the sentence may name
    too."""
    of_command = {option.key: option for option in more}

    def replaced(found: re.Match[str]) -> str:
        option, word = of_command.get(found[1]) or _by_key().get(found[1]), found[2]
        if option is None:
            return found[0]
        name = found[1].replace("-", "_") + ("_" if found[1] == "lambda" else "")
        value = None if word is None else _value_in_python(option, word)
        rest = f" {word}" if word is not None and value is None else ""
        if option.argument is None:
            value = "True"
        return f"{name}={value or ''}{rest}"

    return _FUNCTION.sub(_function_in_python, _OPTION.sub(replaced, sentence))
