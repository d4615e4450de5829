"""Scopes, targets, ledger lines, figures: what they are and what they refuse."""

import ast
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import valuekit.domain
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.domain.figure import Figure
from valuekit.domain.ledger import LedgerLine, Source
from valuekit.domain.period import Month
from valuekit.domain.scope import Scope
from valuekit.domain.target import Comparator, Target, TargetSet

CARDS = Scope(
    id="connection",
    version="1",
    valid_from="2024-08",
    carriers=frozenset({Carrier.CARD}),
    treatments=frozenset({Treatment.GROSS, Treatment.NET}),
    tiers=frozenset({EvidenceTier.DIRECT, EvidenceTier.ALLOCATED}),
    definition="cards",
    source="test",
)


def test_a_scope_counts_what_carrier_treatment_and_tier_admit():
    assert CARDS.admits(Carrier.CARD, Treatment.GROSS, EvidenceTier.DIRECT)
    assert not CARDS.admits(Carrier.TERMINAL, Treatment.GROSS, EvidenceTier.DIRECT)
    assert not CARDS.admits(Carrier.CARD, Treatment.EXCLUDED, EvidenceTier.DIRECT)
    assert not CARDS.admits(Carrier.CARD, Treatment.GROSS, EvidenceTier.UNATTRIBUTED)


def test_an_unknown_carrier_is_never_counted():
    assert not CARDS.admits(None, Treatment.GROSS, EvidenceTier.DIRECT)


def test_widening_a_scope_leaves_the_old_one_as_it_was():
    wider = CARDS.including(Carrier.TERMINAL)
    assert wider.admits(Carrier.TERMINAL, Treatment.GROSS, EvidenceTier.DIRECT)
    assert CARDS.carriers == {Carrier.CARD}
    assert str(wider) == "connection@1"


def test_facts_are_frozen():
    line = LedgerLine("1", None, Month(2025, 1), Month(2025, 1), "007", 100, "CNY")
    assert line.quantity == 1
    with pytest.raises(FrozenInstanceError):
        line.amount_minor = 0


def test_a_source_reads_as_one_would_look_it_up():
    assert str(Source("ledger.csv", 7)) == "ledger.csv, row 7"


def test_a_target_is_found_by_its_id():
    target = Target("connections", Month(2027, 12), Comparator.EXCEED, 36.0, "1e8", "MIIT", "2024-08-29", "")
    targets = TargetSet("miit-2027", (target,))
    assert targets["connections"] is target
    with pytest.raises(KeyError, match="no target 'cards'"):
        targets["cards"]


def test_a_figure_is_kept_without_its_id():
    fields = Figure("value.wide", "12.50", "CNY", table="bounds", row="wide/total").as_dict()
    assert "id" not in fields
    assert fields["value"] == "12.50"


def test_the_vocabulary_needs_the_standard_library_alone():
    folder = Path(valuekit.domain.__file__).parent
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            for name in names:
                root = name.partition(".")[0]
                assert name.startswith("valuekit.domain") or root in sys.stdlib_module_names, (
                    file.name,
                    name,
                )
