"""A made-up page with every kind of block: figures, banners, four kinds of charts, tables, hostile names."""

from typing import Any

from valuekit.domain.figure import Figure
from valuekit.report.blocks import (
    MIME,
    Banner,
    Block,
    Chart,
    Headline,
    Method,
    Table,
    TableColumn,
    Title,
    to_json,
)
from valuekit.report.meta import InputMeta, PageMeta

RUN = "3f9a1c7be20d4481a6c0f5d2b8e97713"

HOSTILE = (
    "<script>window.hacked = true</script>",
    "<img src=x onerror='window.hacked = true'>",
    '=HYPERLINK("http://example.invalid","click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "invoice\u202efdp.exe",
    "</script><script>window.hacked = true</script>",
    "{{ 7 * 7 }} {% raw %}",
    "长" * 10_000,
    "x" * 10_000,
    "'; DROP TABLE ledger; --",
    "＝1+1",
    "\u3000＠SUM(A1:A9)",
    "'=1+1",
)

_SAID: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Mobile IoT connections to December 2027 (demo)",
        "sentence": "Exceeding 3.6 billion connections by December 2027 has a probability of about 6 % (2 to 20 % by model).",
        "synthetic": "SYNTHETIC DATA: every number on this page is made up.",
        "labels": (
            "Probability of exceeding 3.6 billion by December 2027",
            "Connections at the end of 2027, median",
            "Month by which it is more likely than not",
            "Wide revenue in 2024, attributed",
        ),
        "by_model": "by model",
        "charts": (
            "The target lies above the 95 % band in most draws",
            "Terminals and platforms carry most of the value",
            "Cat.1 takes over from 2G",
            "Driven compute explains half of the step to the wide scope",
        ),
        "measure": "Billions of connections at the end of the month",
        "alternative": "The median rises from 2.89 billion in 2025-12 to 3.31 billion in 2027-12; the target of 3.6 billion lies inside the 95 % band.",
        "money": "CNY million",
        "source": "Source: MIIT monthly bulletins; valuekit",
        "models": "Models",
        "statement": "Value statement",
        "columns": ("Model", "Weight", "Median (10⁸)", "P (> 36.0)", "MCSE", "Last month"),
        "money_columns": ("Carrier", "Evidence tier", "Billed (CNY)", "Reallocated (CNY)", "Amount (CNY)"),
        "carriers": {"card": "Card (connection)", "terminal": "Terminal", "platform": "Platform", "compute": "Compute", "": "Unattributed", "total": "Total"},
        "tiers": {"direct": "direct", "allocated": "allocated", "estimated": "estimated", "unattributed": "unattributed"},
        "note": "Reconciliation difference: 0.00.",
        "lines": ("Each model is fitted to the published months with their rounding.", "Models are weighted by how well they predicted the past."),
        "limits": ("Which operators report late is not modelled.", "No target without data is guessed."),
        "diagnostics": ("R-hat ≤ 1.004, bulk ESS ≥ 1,180, no divergence.",),
        "markdown": "## How to read the fan\n\nHalf of the draws lie in the *dark* band, 95 of 100 in the light one.",
    },
    "zh": {
        "title": "2027年12月移动物联网连接数（示例）",
        "sentence": "到2027年12月连接数突破 36 亿的概率约为 6%（各模型 2% 至 20%）。",
        "synthetic": "模拟数据：本页所有数字均为虚构。",
        "labels": ("2027年12月突破 36 亿的概率", "2027 年末连接数（中位数）", "达标可能性过半的月份", "2024 年全口径收入（已归因）"),
        "by_model": "by model",
        "charts": ("多数模拟路径低于 36 亿目标", "终端与平台贡献了大部分价值", "Cat.1 正在接替 2G", "带动的计算收入占口径扩大部分的一半"),
        "measure": "月末连接数，亿",
        "alternative": "中位数由2025年12月的 28.9 亿升至2027年12月的 33.1 亿；36 亿目标位于 95% 区间之内。",
        "money": "百万元",
        "source": "资料来源：工业和信息化部月度数据；valuekit",
        "models": "模型",
        "statement": "价值构成表",
        "columns": ("模型", "权重", "中位数（亿）", "概率（> 36.0 亿）", "蒙特卡罗误差", "最近月份"),
        "money_columns": ("载体", "证据等级", "开票金额（元）", "再分配（元）", "金额（元）"),
        "carriers": {"card": "卡 (连接)", "terminal": "终端", "platform": "平台", "compute": "计算", "": "未归因", "total": "合计"},
        "tiers": {"direct": "直接", "allocated": "分摊", "estimated": "估计", "unattributed": "未归因"},
        "note": "核对差额：0.00。",
        "lines": ("各模型按公布月份及其舍入精度拟合。", "模型权重取决于以往预测的准确程度。"),
        "limits": ("未对运营商延迟报送建模。", "没有数据的目标不作推测。"),
        "diagnostics": ("R-hat ≤ 1.004，bulk ESS ≥ 1,180，无发散。",),
        "markdown": "## 如何阅读扇形图\n\n一半的模拟路径落在*深色*带内，95% 落在浅色带内。",
    },
}  # fmt: skip

_CONFIG = {
    "background": "transparent",
    "font": 'system-ui, "Noto Sans CJK SC", sans-serif',
    "view": {"stroke": None},
    "axis": {"labelColor": "currentColor", "titleColor": "currentColor", "gridColor": "currentColor", "gridOpacity": 0.12, "domainColor": "currentColor", "tickColor": "currentColor", "labelFontSize": 12, "titleFontWeight": "normal"},
    "legend": {"labelColor": "currentColor", "orient": "top", "title": None},
    "text": {"color": "currentColor"},
}  # fmt: skip


def _spec(**parts: Any) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.4.1.json",
        "width": "container",
        "height": 280,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": _CONFIG,
        **parts,
    }


def _fan() -> dict[str, Any]:
    rows = [
        {"month": f"{2025 + m // 12}-{m % 12 + 1:02d}", "median": 25.2 + 0.23 * m, "low": 25.2 + 0.23 * m - 0.008 * max(0, m - 11) ** 2, "high": 25.2 + 0.23 * m + 0.012 * max(0, m - 11) ** 2}
        for m in range(36)
    ]  # fmt: skip
    month = {"field": "month", "type": "temporal", "timeUnit": "yearmonth", "title": None}
    scale = {"zero": False}
    return _spec(
        data={"values": rows},
        layer=[
            {"mark": {"type": "area", "opacity": 0.25, "color": "#2f6fb3"}, "encoding": {"x": month, "y": {"field": "low", "type": "quantitative", "scale": scale, "title": None}, "y2": {"field": "high"}}},
            {"mark": {"type": "line", "color": "#2f6fb3"}, "encoding": {"x": month, "y": {"field": "median", "type": "quantitative", "scale": scale}}},
            {"mark": {"type": "point", "filled": True, "color": "currentColor"}, "encoding": {"x": month, "y": {"field": "median", "type": "quantitative"}, "tooltip": [{"field": "month"}, {"field": "median", "format": ".2f"}]}, "transform": [{"filter": "year(datum.month) < 2026"}]},
            {"mark": {"type": "rule", "color": "currentColor"}, "data": {"values": [{"y": 36.0}]}, "encoding": {"y": {"field": "y", "type": "quantitative"}}},
        ],
    )  # fmt: skip


def _bars(names: dict[str, str]) -> dict[str, Any]:
    rows = [
        {"carrier": name, "amount": 900 - 150 * i, "tier": "direct" if i % 2 else "allocated"}
        for i, name in enumerate(names.values())
    ]
    return _spec(
        data={"values": rows},
        mark="bar",
        encoding={
            "y": {"field": "carrier", "type": "nominal", "sort": None, "title": None},
            "x": {"field": "amount", "type": "quantitative", "title": None},
            "color": {"field": "tier", "type": "nominal"},
            "tooltip": [{"field": "carrier"}, {"field": "amount"}],
        },
    )


def _areas(names: dict[str, str]) -> dict[str, Any]:
    rows = [
        {
            "month": f"{2024 + m // 12}-{m % 12 + 1:02d}",
            "technology": name,
            "value": 5 + i + m * (i - 1) * 0.2,
        }
        for m in range(24)
        for i, name in enumerate(list(names.values())[:3])
    ]
    return _spec(
        data={"values": rows},
        mark={"type": "area"},
        encoding={
            "x": {"field": "month", "type": "temporal", "timeUnit": "yearmonth", "title": None},
            "y": {"field": "value", "type": "quantitative", "stack": "zero", "title": None},
            "color": {"field": "technology", "type": "nominal"},
        },
    )


def _hostile_bars() -> dict[str, Any]:
    rows = [{"name": name, "value": 10 + i} for i, name in enumerate(HOSTILE)]
    return _spec(
        data={"values": rows},
        mark={"type": "bar", "tooltip": True},
        encoding={
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": None,
                "axis": {"labelLimit": 120},
                "title": None,
            },
            "x": {"field": "value", "type": "quantitative", "title": None},
            "tooltip": [{"field": "name"}, {"field": "value"}],
        },
    )


def long_blocks() -> list[Block]:
    """Ten tables of forty rows, more than a reader wants to see at once."""
    columns = (TableColumn("name", "Name", "text"), TableColumn("value", "Value", "number", decimals=1))
    rows = tuple((f"row {n:02d}", float(n * 7 % 40) if n != 3 else None) for n in range(40))
    keys = tuple(f"r{n}" for n in range(40))
    return [
        Table(f"long{k}", f"Long table {k}", "forty rows", "", columns, keys, rows, total_rows=(39,))
        for k in range(10)
    ]


def hostile_blocks() -> list[Block]:
    """A table and a chart whose names try to be something else."""
    columns = (
        TableColumn("name", "Name <b>bold</b>", "text"),
        TableColumn("amount_minor", "Amount (CNY)", "minor", "CNY", total=True),
    )
    rows = tuple((name, 100 * i) for i, name in enumerate(HOSTILE))
    return [
        Chart("hostile", HOSTILE[0], HOSTILE[1], HOSTILE[6], HOSTILE[7], _hostile_bars()),
        Table("hostile", HOSTILE[0], HOSTILE[1], HOSTILE[7], columns, HOSTILE, rows, notes=HOSTILE[:3]),
    ]


def _tables(said: dict[str, Any]) -> list[Table]:
    kinds = ("text", "share", "number", "probability", "number", "month")
    names = ("model", "weight", "median", "probability", "mcse", "period")
    decimals = (0, 0, 2, 0, 4, 0)
    model_rows = (
        ("growth", 0.34, 33.1, 0.061, 0.0024, "2027-12"),
        ("bass", 0.31, 32.4, 0.021, 0.0012, "2027-12"),
        ("drift", 0.35, 33.9, 0.2, 0.004, "2027-12"),
        ("stack", 1.0, 33.12, 0.0613, 0.0021, "2027-12"),
    )
    amounts = (
        ("card", "direct", 1_234_567_800_000, -12_345_600),
        ("terminal", "allocated", 2_100_000_050_000, 10_000_000),
        ("platform", "allocated", 950_000_000_000, 2_345_600),
        ("compute", "estimated", 112_532_200_000, 0),
        (None, "unattributed", 130_000_000_050, 0),
    )
    money_rows = tuple((*row, row[2] + row[3]) for row in amounts)
    total = ("total", None, *(sum(row[i] for row in money_rows) for i in (2, 3, 4)))
    return [
        Table("models", said["models"], said["measure"], said["source"],
              tuple(TableColumn(n, label, k, decimals=d) for n, label, k, d in zip(names, said["columns"], kinds, decimals, strict=True)),
              ("growth", "bass", "drift", "stack"), model_rows, total_rows=(3,), notes=(said["note"],)),
        Table("statement", said["statement"], said["money"], said["source"],
              tuple(TableColumn(n, label, "text" if i < 2 else "minor", "" if i < 2 else "CNY", total=i >= 2)
                    for i, (n, label) in enumerate(zip(("carrier", "evidence", "billed_minor", "reallocated_minor", "amount_minor"), said["money_columns"], strict=True))),
              ("card", "terminal", "platform", "compute", "unknown", "total"), (*money_rows, total),
              labels={"carrier": said["carriers"], "evidence": said["tiers"]}, total_rows=(5,), notes=(said["note"],)),
    ]  # fmt: skip


def demo_blocks(language: str) -> list[Block]:
    """The blocks of the demo page in one language."""
    said = _SAID[language]
    tables = _tables(said)
    figures = (
        Figure("connections.probability", 0.0613, "probability", 0.021, 0.2, said["by_model"], "estimated", table="models", row="stack", column="probability"),
        Figure("connections.median", 33.12, "1e8 connections", 30.4, 37.2, "80 %", "estimated", table="models", row="stack", column="median"),
        Figure("connections.month", "2027-12", "month", tier="estimated", table="models", row="stack", column="period"),
        Figure("value.wide", "45271000005.00", "CNY", tier="allocated", scope="wide@2026.1", table="statement", row="total", column="amount_minor"),
    )  # fmt: skip
    specs = (_fan(), _bars(said["carriers"]), _areas(said["carriers"]), _bars(said["carriers"]))
    total = tables[1].rows[-1][-1]
    figures = (*figures[:3], _with_value(figures[3], total))
    return [
        Banner("synthetic", said["synthetic"]),
        Title(said["title"], said["sentence"], "2025-12" if language == "en" else "2025年12月", "wide@2026.1", "forecast"),
        Headline(figures, {f.id: label for f, label in zip(figures, said["labels"], strict=True)}),
        *(Chart(f"chart{i}", title, said["measure"], said["source"], said["alternative"], spec)
          for i, (title, spec) in enumerate(zip(said["charts"], specs, strict=True))),
        *tables,
        Method(said["lines"], said["limits"], said["diagnostics"]),
    ]  # fmt: skip


def _with_value(figure: Figure, minor: int) -> Figure:
    from dataclasses import replace

    from valuekit.domain.money import decimal_text

    return replace(figure, value=decimal_text(minor, 2))


def notebook(blocks: list[Block], language: str) -> dict[str, Any]:
    """An executed notebook that shows these blocks, one a cell, with markdown in both languages."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "metadata": {"tags": [other]}, "source": [_SAID[other]["title"], "\n"]}
        for other in ("en", "zh")
    ] + [
        {
            "cell_type": "code",
            "metadata": {"tags": ["parameters"]},
            "source": "",
            "outputs": [],
            "execution_count": 1,
        }
    ]
    for number, block in enumerate(blocks, start=2):
        if isinstance(block, Chart) and block.id == "chart0":
            cells.append(
                {
                    "cell_type": "markdown",
                    "metadata": {"tags": [language]},
                    "source": _SAID[language]["markdown"],
                }
            )
        output = {
            "output_type": "execute_result",
            "data": {MIME: to_json(block), "text/plain": ["…"]},
            "metadata": {},
            "execution_count": number,
        }
        cells.append(
            {
                "cell_type": "code",
                "metadata": {},
                "source": "show(…)",
                "outputs": [output],
                "execution_count": number,
            }
        )
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def meta(**changes: Any) -> PageMeta:
    """The run of the demo page."""
    fields: dict[str, Any] = {
        "name": "miit_2027",
        "run_id": RUN,
        "inputs": (InputMeta("series", "china_mobile_iot/connections", "9f" * 32, 37, {"value": "612.34"}),),
        "parameters": {
            "target": {"month": "2027-12", "threshold": 36.0},
            "draws": 4000,
            "models": ["growth", "bass"],
        },
        "seed": 20270101,
        "versions": {"valuekit": "0.1.0", "pymc": "6.4.0", "python": "3.12.1"},
        "platform": "Linux x86_64",
        "template": "notebooks/connection_forecast.ipynb",
        "template_sha256": "ab" * 32,
        "previous": {"connections.probability": {"value": 0.048, "unit": "probability"}},
    }
    return PageMeta(**(fields | changes))
