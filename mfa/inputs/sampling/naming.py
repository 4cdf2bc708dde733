"""Factors, and how they are named and picked: ``used_export_share[bev]``, ``lifetime.mean[electronics]``.

A factor is one uncertain quantity: one draw moves all rows behind it, in all years alike. Its name is that of the
parameter, for lifetimes with the term, and the labels by which the factors of the parameter are told apart: all key
labels of a row but the year, unless `by` names fewer or `together` lets labels share a factor. The first region of the
dataset is left out of names, so that a factor keeps its name, and its draws, when a second region is laid over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mfa.inputs.fill import ALL
from mfa.inputs.messages import suggest
from mfa.vocabulary import PARAMETERS

_PATTERN = re.compile(r"\s*([a-z_]+)(?:\.([a-z_]+))?\s*(?:\[([^\[\]]*)\])?\s*")


@dataclass(frozen=True)
class FactorLabel:
    """One label in a factor's name; `members` are the labels of the dataset that it stands for."""

    dim: str
    label: str
    members: frozenset[str]


@dataclass(frozen=True)
class Factor:
    """One uncertain quantity."""

    parameter: str
    term: str
    labels: tuple[FactorLabel, ...]

    @property
    def name(self) -> str:
        """Readable and unique: parameter, term, labels."""
        head = f"{self.parameter}.{self.term}" if self.term else self.parameter
        return f"{head}[{', '.join(label.label for label in self.labels)}]" if self.labels else head


@dataclass(frozen=True)
class Together:
    """Labels of a dim that share one factor, in all parameters or in some."""

    dim: str
    labels: frozenset[str]
    name: str
    parameters: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Naming:
    """Rules by which rows are told apart.

    Attributes
    ----------
    first_region : str
        Left out of names.
    by : mapping of str to tuple of str
        Dims by which the factors of a parameter, or of a term (``lifetime.shape``), are told apart.
    together : tuple of Together
    """

    first_region: str
    by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    together: tuple[Together, ...] = ()

    def factor(self, parameter: str, term: str, labels: Mapping[str, str]) -> Factor:
        """Factor of a row with the labels given, by dim; ``*`` means all and tells nothing apart.

        Examples
        --------
        >>> hybrids = Together("product", frozenset(["hev_nimh", "hev_liion"]), "hev")
        >>> naming = Naming("Japan", {"content": ["component", "element"]}, (hybrids,))
        >>> naming.factor("lifetime", "mean", {"region": "Japan", "product": "hev_nimh"}).name
        'lifetime.mean[hev]'
        >>> naming.factor("content", "", {"product": "bev", "component": "cell", "element": "Ni"}).name
        'content[cell, Ni]'
        """
        head = f"{parameter}.{term}" if term else parameter
        kept = self.by.get(head, self.by.get(parameter))
        summed = PARAMETERS[parameter].sum_over
        found = []
        for dim, label in labels.items():
            if label == ALL or (kept is not None and dim not in (*kept, "region", summed)):
                continue
            shared = next(
                (
                    rule
                    for rule in reversed(self.together)
                    if rule.dim == dim
                    and label in rule.labels
                    and (not rule.parameters or parameter in rule.parameters)
                ),
                None,
            )
            shown = (
                FactorLabel(dim, shared.name, shared.labels) if shared else FactorLabel(dim, label, frozenset([label]))
            )
            if dim != "region" or shown.label != self.first_region:
                found.append(shown)
        return Factor(parameter, term, tuple(found))


@dataclass(frozen=True)
class Pattern:
    """Picks factors: a parameter, perhaps a term, and labels that stand in their names in this order.

    Each label may be a group of labels (``vehicles``), alternatives (``bev|phev``) or ``*``.
    """

    text: str
    parameter: str
    term: str
    labels: tuple[frozenset[str], ...]

    def picks(self, factor: Factor, groups: Mapping[str, Mapping[str, str]]) -> bool:
        """True if the factor is meant; `groups` gives the group of each label, by dim."""
        if factor.parameter != self.parameter or (self.term and factor.term != self.term):
            return False
        rest = iter(factor.labels)
        return all(any(_means(wanted, label, groups) for label in rest) for wanted in self.labels)


def _means(wanted: frozenset[str], label: FactorLabel, groups: Mapping[str, Mapping[str, str]]) -> bool:
    if ALL in wanted or label.label in wanted:
        return True
    known = groups.get(label.dim, {})
    return any(member in wanted or known.get(member, "") in wanted for member in label.members)


def parse_pattern(text: object, words: Iterable[str]) -> tuple[Pattern | None, tuple[str, str]]:
    """Read a pattern.

    Parameters
    ----------
    text : object
        What was written.
    words : iterable of str
        Labels, their groups, and names of labels that share a factor.

    Returns
    -------
    pattern : Pattern or None
    fault : tuple of str
        What is wrong and how to mend it; two empty texts if nothing is.

    Examples
    --------
    >>> pattern, _ = parse_pattern("lifetime.mean[bev|phev]", ["bev", "phev"])
    >>> pattern.parameter, pattern.term, sorted(pattern.labels[0])
    ('lifetime', 'mean', ['bev', 'phev'])
    >>> parse_pattern("lifetime[bex]", ["bev", "phev"])
    (None, ("unknown label 'bex'", "did you mean 'bev'?"))
    """
    match = _PATTERN.fullmatch(str(text))
    if not match:
        return None, (
            f"'{text}' does not name factors",
            "write parameter[label, label], such as used_export_share[bev]",
        )
    parameter, term, inside = match.groups()
    if parameter not in PARAMETERS:
        return None, (f"unknown parameter '{parameter}'", suggest(parameter, PARAMETERS, "parameters"))
    if term and PARAMETERS[parameter].kind != "lifetime":
        return None, (f"{parameter} has no terms", f"write {parameter} without .{term}")
    labels = []
    known = set(words)
    for part in (inside or "").split(",") if inside else ():
        choices = frozenset(choice.strip() for choice in part.split("|"))
        for choice in sorted(choices):
            if choice != ALL and choice not in known:
                return None, (f"unknown label '{choice}'", suggest(choice, sorted(known), "labels"))
        labels.append(choices)
    return Pattern(str(text), parameter, term or "", tuple(labels)), ("", "")
