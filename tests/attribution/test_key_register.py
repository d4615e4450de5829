"""Keys that come unit by unit are those of the whole ledger, however many wait for each other."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.attribution import key_register
from valuekit.attribution.key_register import KeyRegister

WORDS = st.sampled_from(["a", "b", "c", None])
KEYS = st.dictionaries(
    st.tuples(WORDS, WORDS),
    st.tuples(st.integers(1, 9), st.integers(-(2**70), 2**70), st.integers(0, 99)),
    min_size=1,
)
SCHEMA = {
    "product": pl.String, "segment": pl.String, "lines": pl.UInt32, "amount_minor": pl.Int128,
    "absolute": pl.Int128, "largest_quantity": pl.Int64,
}  # fmt: skip


def table(keys):
    rows = [(*key, lines, amount, abs(amount), quantity) for key, (lines, amount, quantity) in keys.items()]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@given(st.lists(KEYS, min_size=1, max_size=6), st.sampled_from([1, 3, 1000]))
def test_keys_of_all_units_are_added_up_and_numbered_in_their_order(units, waiting):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_register, "_WAITING", waiting)
        register = KeyRegister(["product", "segment"])
        for number, keys in enumerate(units):
            register.add(number, table(keys))
        found, numbers = register.finished(range(len(units)))
    wanted = {}
    for keys in units:
        for key, (lines, amount, quantity) in keys.items():
            old = wanted.get(key, (0, 0, 0, 0))
            wanted[key] = (
                old[0] + lines, old[1] + amount, old[2] + abs(amount), max(old[3], quantity)
            )  # fmt: skip
    last = chr(0x10FFFF)
    ordered = sorted(wanted, key=lambda key: [word or last for word in key])
    assert found.rows() == [(*key, *wanted[key]) for key in ordered]
    assert [[ordered[n] for n in told] for told in numbers] == [list(keys) for keys in units]
