"""Each run names the one before it, with the digest of its record."""

import shutil

import pytest

from tests.runs.signing import again, sealed
from valuekit.runs.record.crate import CRATE, seal_of
from valuekit.runs.verification.chain_checks import chained, chained_words
from valuekit.runs.vouching.chain import previous_run

IDS = ("20260301T080000Z-aaaaaaaaaaaa", "20260401T080000Z-bbbbbbbbbbbb", "20260501T080000Z-cccccccccccc")


def first(folder, name="demo", **times):
    return sealed(
        folder / IDS[0], {"@id": "#previous-run", "value": "first"}, name=name, run_id=IDS[0], **times
    )


def following(run, run_id, name="demo"):
    link = {"@id": "#previous-run", "value": run.folder.name, "sha256": seal_of(run.folder)}
    day = f"2026-{run_id[4:6]}-{run_id[6:8]}"
    times = {"startTime": f"{day}T08:00:00Z", "endTime": f"{day}T08:05:00Z"}
    return sealed(run.folder.parent / run_id, link, name=name, run_id=run_id, **times)


@pytest.fixture
def runs(tmp_path):
    one = first(tmp_path)
    two = following(one, IDS[1])
    return one, two, following(two, IDS[2])


def test_a_chain_of_runs_holds(runs):
    assert [list(chained(run)) for run in runs] == [[], [], []]
    assert [chained_words(run) for run in runs] == [
        "the first run of its name", *(f"follows {before}, whose record is unchanged" for before in IDS[:2]),
    ]  # fmt: skip


def test_the_latest_completed_run_is_the_one_before(tmp_path, runs):
    (tmp_path / "20990101T000000Z-dddddddddddd").mkdir()  # without a record it is no run
    assert previous_run(tmp_path).run_id == IDS[2]
    assert previous_run(tmp_path / "no such folder") is None


def test_a_changed_run_before_is_named(runs):
    record = runs[1].folder / CRATE
    record.write_text(record.read_text(encoding="utf-8") + " ", encoding="utf-8")
    (said,) = chained(runs[2])
    assert said.startswith(f"the record of {IDS[1]} is not the one that this run followed")
    assert list(chained(again(runs[1]))) == []


def test_a_run_before_that_does_not_lie_here_is_said_and_proves_nothing(tmp_path, runs):
    moved = shutil.copytree(runs[2].folder, tmp_path / "elsewhere" / IDS[2])
    run = type(runs[2])(moved, runs[2].entities)
    assert list(chained(run)) == []
    assert chained_words(run) == f"follows {IDS[1]}, which does not lie beside it and was not compared"


def test_a_run_that_was_left_out_is_named(tmp_path, runs):
    """Somebody slips a run in after the fact, dated back."""
    slipped = following(runs[0], "20260415T080000Z-eeeeeeeeeeee")
    assert list(chained(slipped)) == [
        f"{IDS[1]!r} had ended before this run began, and the record says that it followed {IDS[0]}"
    ]
    assert list(chained(runs[2])) == [
        f"'20260415T080000Z-eeeeeeeeeeee' had ended before this run began, and the record says that it followed {IDS[1]}"
    ]


def test_a_second_first_run_is_named(tmp_path, runs):
    late = sealed(
        tmp_path / "20260601T080000Z-ffffffffffff", {"@id": "#previous-run", "value": "first"},
        run_id="20260601T080000Z-ffffffffffff", startTime="2026-06-01T08:00:00Z",
    )  # fmt: skip
    assert len(list(chained(late))) == 3
    assert "the record says that it is the first" in next(chained(late))


def test_two_runs_at_once_may_follow_the_same_one(runs):
    """A run that had not ended when this one began is not left out."""
    beside = following(runs[1], "20260501T080100Z-dddddddddddd")
    assert list(chained(beside)) == []


def test_runs_of_other_names_do_not_matter(tmp_path, runs):
    other = sealed(
        tmp_path / "20260402T080000Z-ffffffffffff", {"@id": "#previous-run", "value": "first"}, name="other",
        run_id="20260402T080000Z-ffffffffffff", startTime="2026-04-02T08:00:00Z",
    )  # fmt: skip
    assert list(chained(other)) == []
    assert list(chained(runs[2])) == []


@pytest.mark.parametrize("named", ["..", "../demo", "a/b", "/etc", "", "\x1b[31m", "x" * 500, IDS[0]])
def test_a_run_before_that_is_no_run_of_its_name_is_refused(tmp_path, named):
    run = sealed(tmp_path / IDS[0], {"@id": "#previous-run", "value": named, "sha256": "00"}, run_id=IDS[0])
    assert list(chained(run)) == [
        f"the record names {named!r} as the run before, which is no other run of its name"
    ]


def test_a_record_without_a_link_is_named(tmp_path):
    assert list(chained(sealed(tmp_path / "run"))) == ["the record does not say which run came before"]
    both = sealed(
        tmp_path / IDS[0], {"@id": "#previous-run", "value": "first", "sha256": "00"}, run_id=IDS[0]
    )
    assert list(chained(both)) == [
        "the record says that this is the first run, and yet gives a digest of one before"
    ]
