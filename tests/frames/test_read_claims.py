"""What other business lines claim is read exactly, or refused with its row."""

import pytest

import valuekit as vk
from valuekit.frames.read import read_claims
from valuekit.frames.schemas import CLAIMS


def written(tmp_path, *rows, header="line_id,claimant,amount,currency"):
    path = tmp_path / "claims.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def test_claims_keep_identifiers_as_text_and_amounts_exact(tmp_path):
    claims = read_claims(written(tmp_path, "007,ai,12.50,CNY", '007,5g_private,"-1,000.01",CNY'))
    assert tuple(claims.frame.columns) == CLAIMS.names
    assert claims.frame.rows() == [("007", "ai", 1250, "CNY"), ("007", "5g_private", -100001, "CNY")]
    assert len(claims.sha256) == 64


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["1,ai,1.005,CNY"], ["row 2, column amount", "finer than its currency's minor unit"]),
        ([",ai,1,CNY"], ["row 2, column line_id: empty"]),
        (["1,ai,1,CNX"], ["unknown currency 'CNX'"]),
        (["1,ai,1,CNY", "1,ai,2,CNY"], ["line_id '1': 'ai' claims it twice", "add the rows up"]),
        ([], ["a header and no lines"]),
        ([f"{i},ai,9000000000000000.00,CNY" for i in range(4)], ["above the 2305843009213693952"]),
    ],
)
def test_wrong_claims_are_refused_with_their_place(tmp_path, rows, expected):
    with pytest.raises(vk.InvalidInput) as refused:
        read_claims(written(tmp_path, *rows))
    for words in expected:
        assert words in str(refused.value)


def test_every_line_that_is_claimed_twice_is_counted(tmp_path):
    rows = [f"{i},ai,1,CNY" for i in range(8)]
    with pytest.raises(vk.InvalidInput, match="3 more lines that one business line claims twice"):
        read_claims(written(tmp_path, *rows, *rows))


def test_a_missing_column_names_the_nearest(tmp_path):
    with pytest.raises(vk.InvalidInput, match="no column 'claimant'; nearest is 'claiment'"):
        read_claims(written(tmp_path, "1,ai,1,CNY", header="line_id,claiment,amount,currency"))
