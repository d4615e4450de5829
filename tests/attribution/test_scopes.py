import json

import pytest

import valuekit as vk
from valuekit.attribution.scopes import SHIPPED, scope_of
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.domain.scope import View

DRIVEN = {Carrier.COMPUTE, Carrier.STORAGE, Carrier.OTHER_DRIVEN}


def test_each_shipped_scope_widens_the_one_before():
    connection, component, wide = (vk.Scope.load(name) for name in SHIPPED)
    assert connection.carriers == {Carrier.CARD}
    assert component.carriers - connection.carriers == {
        Carrier.TERMINAL,
        Carrier.PLATFORM,
        Carrier.APPLICATION,
    }
    assert wide.carriers - component.carriers == DRIVEN


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scope_says_what_it_is_in_both_languages_and_where_it_comes_from(name):
    scope = vk.Scope.load(name)
    assert str(scope) == f"{name}@2026.1"
    assert scope.definition.isascii()
    assert not scope.definition_zh.isascii()
    assert "clause V (8)" in scope.source
    assert Treatment.EXCLUDED not in scope.treatments
    assert EvidenceTier.UNATTRIBUTED not in scope.tiers


def test_a_scope_of_ones_own(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        "id: own\nversion: 3\ncarriers: [card, terminal]\ntreatments: [net]\ndefinition: d\nsource: s\n"
    )
    scope = vk.Scope.load(path)
    assert str(scope) == "own@3"
    assert scope.treatments == {Treatment.NET}
    assert scope.tiers == {EvidenceTier.DIRECT, EvidenceTier.ALLOCATED}
    assert scope_of(scope) is scope
    assert isinstance(scope.including(Carrier.PLATFORM), vk.Scope)


def test_a_scope_may_be_of_the_billing_view(tmp_path):
    path = tmp_path / "own.yaml"
    text = "id: own\nversion: 3\ncarriers: [card]\ndefinition: d\nsource: s\n"
    path.write_text(text + "view: contract_period\n")
    assert vk.Scope.load(path).view is View.CONTRACT_PERIOD
    path.write_text(text)
    assert vk.Scope.load(path).view is View.CONTRACT
    assert all(vk.Scope.load(name).view is View.CONTRACT for name in SHIPPED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id: own\nversion: 1\ncarriers: [cards]\ndefinition: d\nsource: s\n", "did you mean 'card'"),
        (
            "id: own\nversion: 1\ncarriers: [out_of_scope]\ndefinition: d\nsource: s\n",
            "no carrier of a scope",
        ),
        (
            "id: own\nversion: 1\ncarriers: [card]\ntiers: [unattributed]\ndefinition: d\nsource: s\n",
            "never counted",
        ),
        ("id: own\ncarriers: [card]\ndefinition: d\nsource: s\n", "no 'version'"),
        (
            "id: own\nversion: 1\ncarriers: [card]\nview: contracts\ndefinition: d\nsource: s\n",
            "did you mean 'contract'",
        ),
        ("id: own\nversion: 1\ncarrier: [card]\ndefinition: d\nsource: s\n", "did you mean 'carriers'"),
    ],
)
def test_a_wrong_scope_is_refused_with_its_mend(tmp_path, text, expected):
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(vk.InvalidInput, match=expected):
        vk.Scope.load(path)


def test_an_unknown_scope_names_those_that_ship():
    with pytest.raises(vk.InvalidInput, match="use one of connection, component, wide"):
        vk.Scope.load("narrow")


OWN = "version: 1\ncarriers: [card]\ndefinition: d\nsource: s\n"


@pytest.mark.parametrize(
    "name",
    ["../up", "a/b", "a\\b", "c:", ".hidden", "-x", "a.", "a b", "con", "NUL.1", "=1+1", "\u5bbd\u53e3\u5f84", "x" * 61],
)  # fmt: skip
def test_an_id_that_cannot_name_a_file_is_refused(tmp_path, name):
    path = tmp_path / "own.yaml"
    path.write_text(f"id: {json.dumps(name)}\n{OWN}", encoding="utf-8")
    with pytest.raises(vk.InvalidInput, match="cannot name a file on every system") as error:
        vk.Scope.load(path)
    assert len(error.value.findings) == 1


@pytest.mark.parametrize("name", ["x", "wide_2026", "a-b.c", "console", "7", "x" * 60])
def test_an_id_that_can_name_a_file_is_taken(tmp_path, name):
    path = tmp_path / "own.yaml"
    path.write_text(f"id: {json.dumps(name)}\n{OWN}", encoding="utf-8")
    assert vk.Scope.load(path).id == name
