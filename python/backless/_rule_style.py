"""One colour and one dash for each rule, the same as in the program's reports (cli/report/rule_style.c), for
light pages."""

from __future__ import annotations

from typing import NamedTuple, Union

_BLACK, _ORANGE, _SKY_BLUE, _GREEN = "#1a1a1a", "#b07000", "#1482be", "#008762"
_BLUE, _VERMILLION, _PURPLE = "#0060aa", "#cd5400", "#aa5082"

# The family of a rule: exact or direct, through a chain of matrices, with a forward order or pass, a
# baseline, or a user's own rule.
_SOLID, _CHAIN, _FORWARD, _BASELINE, _OWN = "none", "9 3", "9 3 2 3", "2 3", "5 2"

_STYLES = {
    "bp": (_BLACK, _SOLID),
    "fa": (_ORANGE, _CHAIN),
    "usf": (_SKY_BLUE, _CHAIN),
    "kp": (_VERMILLION, _CHAIN),
    "dfa": (_BLUE, _SOLID),
    "dkp": (_VERMILLION, _SOLID),
    "adfa": (_SKY_BLUE, _SOLID),
    "drtp": (_PURPLE, _SOLID),
    "ifa": (_GREEN, _FORWARD),
    "pepita": (_PURPLE, _FORWARD),
    "frozen": (_VERMILLION, _BASELINE),
    "linear": (_BLACK, _BASELINE),
}
_OWN_COLORS = (_GREEN, _PURPLE, _SKY_BLUE, _ORANGE, _BLUE)
_CURVE_WIDTH = 1.5  # of a report's curves, in whose pixels dashes are given


class RuleStyle(NamedTuple):
    """color: as "#0060aa". dash: as SVG's stroke-dasharray. place: in the order of rules in a legend."""

    color: str
    dash: str
    place: int

    @property
    def line(self) -> Union[str, tuple[float, tuple[float, ...]]]:
        """As matplotlib's linestyle, whose dashes are in units of the line's width."""
        if self.dash == "none":
            return "-"
        return 0.0, tuple(float(part) / _CURVE_WIDTH for part in self.dash.split())


def rule_style(rule: str) -> RuleStyle:
    """The style of a rule; that of an unknown name is always the same one of those for users' rules."""
    if rule in _STYLES:
        return RuleStyle(*_STYLES[rule], list(_STYLES).index(rule))
    number = 2166136261  # FNV-1a, 32 bits
    for byte in rule.encode():
        number = (number ^ byte) * 16777619 & 0xFFFFFFFF
    own = number % len(_OWN_COLORS)
    return RuleStyle(_OWN_COLORS[own], _OWN, len(_STYLES) + own)
