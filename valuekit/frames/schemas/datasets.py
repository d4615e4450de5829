"""The data that ship."""

from typing import Final

from valuekit.frames.schemas.schema import Kind, Schema, column

DATASETS: Final = Schema(
    "datasets",
    (
        column("name", Kind.TEXT, "as load_dataset takes it"),
        column("title", Kind.TEXT, "what it holds"),
        column("kind", Kind.TEXT, "table, note, generated"),
        column("unit", Kind.TEXT, "of the values"),
        column("rows", Kind.INTEGER, "counted", nullable=True),
        column(
            "first", Kind.TEXT, "first period, of the series wanted monthly where there is one", nullable=True
        ),
        column("last", Kind.TEXT, "last period", nullable=True),
        column("missing_months", Kind.INTEGER, "months without a figure between the two", nullable=True),
        column(
            "doubtful_rows",
            Kind.INTEGER,
            "of low confidence or contested; default models leave them out",
            nullable=True,
        ),
        column("synthetic", Kind.FLAG, "invented data"),
        column("gaps", Kind.TEXT, "what it lacks"),
        column("licence", Kind.TEXT, "under what it may be used"),
    ),
)
