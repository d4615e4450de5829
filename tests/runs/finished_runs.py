"""Finished runs, written without a kernel: the files that a run leaves, made by the code that makes them."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

import valuekit as vk
from valuekit.domain.figure import Figure
from valuekit.frames import schemas
from valuekit.report.blocks import MIME, Table, TableColumn, Title, to_json
from valuekit.report.extract import extract, figures, tables
from valuekit.report.trace_value import value_traces
from valuekit.report.value_tables import bounds_table, reconciliation_table, rule_use_table
from valuekit.runs.params.yaml_text import yaml_text
from valuekit.runs.publication.tables import table_records
from valuekit.runs.publication.writing import write_csv, write_json, write_text
from valuekit.runs.record.crate import CRATE, listed_files
from valuekit.runs.record.digests import digest_of

LEDGER = """line_id,contract_id,period,product_code,amount,currency,quantity
L1,C1,2025-01,CARD,100.00,CNY,1
L2,C1,2025-01,TERM,0.00,CNY,1
L3,C1,2025-01,PLAT,0.00,CNY,1
L4,,2025-01,NEW,7.00,CNY,1
"""
RULES = """taxonomy: by_hand
version: "1"
rules:
  - {id: card, priority: 1, valid_from: 2025-01, match: {product_code: CARD}, carrier: card, pool: true, reason: Cards.}
  - {id: term, priority: 1, valid_from: 2025-01, match: {product_code: TERM}, carrier: terminal, pool: true, reason: Free.}
  - {id: plat, priority: 1, valid_from: 2025-01, match: {product_code: PLAT}, carrier: platform, pool: true, reason: Units.}
"""
PRICES = """product_code,valid_from,valid_to,method,low,ssp,high,currency,tax_included
CARD,2025-01,,observable,,80.00,,CNY,false
TERM,2025-01,,observable,,300.00,,CNY,false
PLAT,2025-01,,observable,,20.00,,CNY,false
"""


def finished(folder, blocks, params, inputs):
    """Write notebook, figures, tables, params and record of a run into a folder."""
    cells = [
        {"cell_type": "code", "outputs": [{"output_type": "display_data", "data": {MIME: to_json(block)}}]}
        for block in blocks
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    items = extract(notebook, params["language"])
    write_json(notebook, folder / "notebook.ipynb")
    write_json(figures(items), folder / "figures.json")
    for table in tables(items):
        write_csv(table_records(table), folder / "tables" / f"{table.id}.csv")
    write_text(yaml_text(params), folder / "params.yaml")
    recorded = [
        {
            "@id": f"#input/{name}",
            "name": name,
            "identifier": path.name,
            "contentSize": str(path.stat().st_size),
            "sha256": digest_of(path),
        }
        for name, path in inputs.items()
    ]
    files = [
        {"@id": name.as_posix(), "@type": "File", "sha256": digest_of(folder / name)}
        for name in listed_files(folder)
    ]
    graph = {"@graph": [{"@id": "./"}, *recorded, *files]}
    (folder / CRATE).write_text(json.dumps(graph), encoding="utf-8")
    return folder


def attributed(project, language="en"):
    """A run of a ledger whose card, free terminal and platform share one bill; a line that no rule knows."""
    inputs = {
        name: project / f"{name}.{end}"
        for name, end in (("ledger", "csv"), ("rules", "yaml"), ("prices", "csv"))
    }
    for name, text in (("ledger", LEDGER), ("rules", RULES), ("prices", PRICES)):
        inputs[name].write_text(text, encoding="utf-8")
    run = project / "outputs" / "value" / "20260131T080000Z-0f3a5c7e9b1d"
    result = vk.attribute(
        inputs["ledger"], inputs["rules"], prices=inputs["prices"], out=run / "tables", resume=False
    )
    scopes = ["connection", "component", "wide"]
    shown = result.figures(scopes)
    blocks = [
        Title("Value", "", "2025-01", "", "value"),
        vk.show.headline(shown, language),
        value_traces(result.trace_figures(scopes), shown, language=language),
        bounds_table(result.bounds_of(scopes), language=language),
        reconciliation_table(result.reconciliation("wide"), language=language),
        rule_use_table(result.rule_use(), language=language),
    ]
    params = {
        "notebook": "value_assessment",
        "language": language,
        "seed": 1,
        "inputs": {name: {"path": path.name} for name, path in inputs.items()},
        "parameters": {"scopes": scopes},
    }
    return finished(run, blocks, params, inputs)


def forecast(project, told_of):
    """A run with four draws of one month; `told_of` makes its traces from figure and draws."""
    run = project / "outputs" / "forecast" / "20260131T080000Z-0f3a5c7e9b1d"
    draws = run / "tables" / "draws.parquet"
    draws.parent.mkdir(parents=True)
    levels = np.array([30.0, 34.0, 37.0, 40.0])
    parquet.write_table(pa.table({"draw": range(4), "2027-12": levels}), draws)
    figure = Figure(
        "connections.probability",
        0.5,
        "probability",
        tier="estimated",
        table="models",
        row="stack",
        column="probability",
    )
    models = Table(
        "models", "M", "", "", (TableColumn("probability", "P", "probability"),), ("stack",), ((0.5,),)
    )
    columns = (
        TableColumn("period", "P", "month"),
        TableColumn("value", "V", "number"),
        TableColumn("used", "U", "flag"),
    )
    months = Table("observations", "O", "", "", columns, ("2025-12",), (("2025-12", 28.88, True),))
    blocks = [
        Title("Forecast", "", "2025-12", "", "connections"),
        vk.show.headline([figure], "en"),
        told_of(figure, draws),
        models,
        months,
    ]
    data = project / "series.csv"
    data.write_text("period,series,value,primary_source\n2025-12,a,28.88,the ministry\n", encoding="utf-8")
    params = {
        "notebook": "connection_forecast",
        "language": "en",
        "seed": 1,
        "inputs": {"connections": {"path": "series.csv"}},
        "parameters": {"series": "a"},
    }
    return finished(run, blocks, params, {"connections": data})


def per_connection(project, amount_minor=123_45, *, value=None):
    """A run with revenue per connection of a half-year."""
    row = (
        "2022-06",
        "half",
        6,
        "CNY",
        amount_minor,
        2.0,
        4.0,
        3.0,
        8,
        8,
        8,
        True,
        "2021-12 published; 2022-06 published",
    )
    revenue = pd.DataFrame([row], columns=list(schemas.PER_CONNECTION.names))
    revenue["per_connection_minor"] = 82 if value is None else value
    figure = vk.per_connection_figure(revenue, "2022-06")
    blocks = [
        Title("Accounts", "", "2022-06", "", "value"),
        vk.show.headline([figure], "en"),
        vk.show.per_connection_traces(revenue, figure, language="en"),
        vk.show.per_connection_table(revenue, language="en"),
    ]
    params = {"notebook": "published_accounts", "language": "en", "seed": 1, "inputs": {}, "parameters": {}}
    return finished(project / "outputs" / "accounts" / "20260131T080000Z-0f3a5c7e9b1d", blocks, params, {})
