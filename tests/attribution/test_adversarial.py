"""No line is wrong, of more than a million that are made to break rounding."""

import pytest

import valuekit as vk
from tests.attribution import adversarial

pytestmark = pytest.mark.slow
LINES = 1_000_000


@pytest.fixture(scope="module")
def lines():
    return adversarial.ledger(LINES)


@pytest.fixture(scope="module")
def folder(lines, tmp_path_factory):
    return adversarial.write(lines, tmp_path_factory.mktemp("adversarial") / "ledger", files=3)


def attributed(folder, out, **options):
    return vk.attribute(
        folder,
        adversarial.RULES,
        prices=adversarial.prices(),
        drivers=adversarial.drivers(),
        out=out,
        **options,
    )


def test_no_line_is_wrong_here_or_on_spark(lines, folder, spark_master, tmp_path):
    here = attributed(folder, tmp_path / "here")
    there = attributed(folder, tmp_path / "there", engine="spark", master=spark_master)
    assert lines.height >= LINES
    assert adversarial.wrong_lines(lines, here.entries.scan()) == 0
    assert there.cube.write_csv() == here.cube.write_csv()
    assert bytes_of(tmp_path / "there") == bytes_of(
        tmp_path / "here"
    )  # so that no line is wrong there either


def bytes_of(out):
    return {path.name: path.read_bytes() for path in sorted(out.glob("journal/*.parquet"))}


def test_a_line_that_is_a_unit_off_would_be_found(lines, folder, tmp_path):
    small = lines.head(2_000)
    journal = attributed(adversarial.write(small, tmp_path / "small", files=1), None).entries.ordered()
    bent = journal.with_columns(
        amount_minor=journal["amount_minor"] + (journal["line_id"] == journal["line_id"][0])
    )
    assert adversarial.wrong_lines(small, journal.lazy()) == 0
    assert adversarial.wrong_lines(small, bent.lazy()) == 1
