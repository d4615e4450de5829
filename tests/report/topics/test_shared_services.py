"""What the choice of a driver, of a policy, or the claims of others change is said in words."""

import pandas as pd
import pytest

from valuekit.report import show
from valuekit.report.display import table_cells


def test_the_range_is_said_beside_the_chosen_driver(driver_range):
    english = show.driver_range_table(driver_range, language="en")
    assert english.notes[0] == (
        "Of shared services, CNY 14.86 million is ours by the chosen drivers; any choice among admissible drivers "
        "gives between CNY 14.86 million and CNY 22.57 million."
    )
    assert show.driver_range_chart(driver_range, language="en").title + "." == english.notes[0]
    assert (
        "介于 1,486.12 万元与 2,257.25 万元之间"
        in show.driver_range_table(driver_range, language="zh").notes[0]
    )


def test_only_the_sum_over_all_services_is_ruled_off(driver_range):
    table = show.driver_range_table(driver_range, language="zh")
    assert table.total_rows == (2,)
    assert [row[1] for row in table_cells(table, "zh")] == ["cloud", "store", "合计"]


def test_one_driver_leaves_no_range_and_none_no_chart(driver_range):
    single = driver_range.assign(
        lowest_minor=driver_range["amount_minor"], highest_minor=driver_range["amount_minor"]
    )
    assert "by every admissible driver" in show.driver_range_table(single, language="en").notes[0]
    assert "–" not in str(show.driver_range_chart(single, language="en").spec["datasets"])
    nothing = show.driver_range_table(driver_range.iloc[:0], language="en")
    assert nothing.notes[0] == "No shared service is split by a metered driver."


def test_the_whisker_spans_the_range_and_the_bar_is_the_chosen_driver(driver_range):
    spec = show.driver_range_chart(driver_range, language="en").spec
    drawn = {row["row"]: row for rows in spec["datasets"].values() for row in rows if "at_known" in row}
    cloud = drawn["cloud"]
    assert (cloud["at_known"], cloud["at_low"], cloud["at_high"]) == pytest.approx(
        (9.81015746, 9.81015746, 17.52143534)
    )
    assert cloud["words"] == "9.81 (9.81 – 17.52)"
    assert drawn["store"]["words"] == "5.05"


def test_each_currency_has_its_own_range(driver_range):
    both = pd.concat([driver_range, driver_range.assign(currency="USD")], ignore_index=True)
    table = show.driver_range_table(both, language="en")
    assert {"total/total/CNY", "total/total/USD"} <= set(table.keys)
    assert "CNY 14.86 million" in table.notes[0]
    assert "USD 14.86 million" in table.notes[0]


def test_meters_are_counted_by_what_became_of_them_without_alternatives(tie_out):
    table = show.tie_out_table(tie_out, language="en")
    assert table.notes[0] == (
        "4 months of shared services: 1 tied out, 1 with an unmetered rest, which is nobody's, 1 without a total of "
        "billing, 1 without a meter, which stay unattributed."
    )
    names = [column.name for column in table.columns]
    total = table.rows[table.keys.index("CNY/total")]
    assert total[names.index("billed_minor")] == 34_460_237 + 1_000 + 33_000_001
    assert total[names.index("metered")] is None


def test_of_many_lines_the_first_are_shown_and_all_are_counted(double_counts):
    table = show.double_counts_table(double_counts, language="en", most=2)
    assert table.keys == ("line/L-9", "line/L-2")
    assert "3 lines, CNY 81.00 beyond 100 %" in table.notes[0]
    assert "The 2 lines" in table.notes[0]
    assert "The 3 lines" not in show.double_counts_table(double_counts, language="en").notes[0]
    assert len(show.double_counts_table(double_counts, language="en", most=None).rows) == 3


def test_a_line_named_total_is_a_line(double_counts):
    named = double_counts.assign(line_id=["total", "CNY/total", "=1+1"])
    table = show.double_counts_table(named, language="en")
    assert table.keys == ("line/total", "line/CNY/total", "line/=1+1")
    assert table.total_rows == ()


def test_policies_that_change_nothing_are_one_sentence(subsidy_policies):
    same = show.subsidy_policies_table(subsidy_policies.assign(difference_minor=0), language="zh")
    assert same.rows == ()
    assert same.notes[0] == "在本台账各口径下，各补贴政策的结果相同。"
    differing = show.subsidy_policies_table(subsidy_policies, language="zh")
    assert "冲减收入" in differing.notes[0]
    assert len(differing.rows) == len(subsidy_policies)
