"""The claimant's part in arrays: the same as the definition, up to the largest amount that is allowed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from valuekit.attribution.moved import driven_parts
from valuekit.attribution.reference import SHARES
from valuekit.domain.apportion import apportion
from valuekit.frames.ledger_lines import LARGEST_LEDGER

AMOUNTS = st.integers(-LARGEST_LEDGER, LARGEST_LEDGER) | st.integers(-30, 30)


@given(st.lists(st.tuples(AMOUNTS, st.integers(0, SHARES)), min_size=1, max_size=20))
def test_parts_are_those_of_the_largest_remainder(cases):
    amounts, shares = (np.array(column, dtype=np.int64) for column in zip(*cases, strict=True))
    wanted = [apportion(amount, [share, SHARES - share])[0] for amount, share in cases]
    assert driven_parts(amounts, shares).tolist() == wanted
