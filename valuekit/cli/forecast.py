"""Commands on series: forecast one of one's own, and check how far its forecasts can be trusted."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from valuekit.cli.option_types import column_pairs
from valuekit.cli.options import OUT

if TYPE_CHECKING:
    from valuekit.runs.params.series_run import SeriesRequest

_HELP: Final = ("-h", "--help")
_SERIES: Final = "series"
_SHIPPED: Final = {"dataset": "china_mobile_iot/connections", "series": "iot_connections", "target": 36.0}


class _SeriesOrCheck(click.Group):
    """A group whose first argument is a file, unless it names a command: a file ``check`` is ``./check``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the usual command in front of its arguments."""
        if not args or args[0] not in self.commands:
            args = [_SERIES, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Let help and messages speak of ``valuekit forecast``, not of the name put in front."""
        name, command, rest = super().resolve_command(ctx, args)
        return ("" if name == _SERIES else name), command, rest


def _with_series[Command: Callable[..., Any]](command: Command) -> Command:
    """The options by which a series is read, in the order in which help lists them."""
    for option in reversed(_READING):
        command = option(command)
    return command


_READING: Final = (
    click.option(
        "--horizon", default="2027-12", show_default=True, metavar="MONTH",
        help="Last month forecast; a quarter (2027Q4) or a year is its last month.",
    ),
    click.option(
        "--target", type=click.FloatRange(min=0, min_open=True), metavar="LEVEL",
        help="Asks for the probability of exceeding it; by default the last published level.",
    ),
    click.option("--unit", default="", help="What is counted, such as 'million cards'."),
    click.option("--subject", default="", help="The title's words; by default the file's name."),
    click.option(
        "--column", "columns", multiple=True, callback=column_pairs, metavar="OURS=THEIRS",
        help="The file's own name for a column: --column period=月份. Repeat for each.",
    ),
    click.option("--series", default="", help="Whose rows, where the file has a column 'series'."),
    click.option("--sheet", default="", help="Sheet of an Excel file with several."),
    click.option(
        "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the report."
    ),
    click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True),
    OUT,
)  # fmt: skip


@click.group(cls=_SeriesOrCheck, context_settings={"help_option_names": list(_HELP)})
def forecast() -> None:
    """Forecast a series of one's own, or check how far its forecasts can be trusted."""


@forecast.command(_SERIES)
@click.argument("series_file", metavar="SERIES", type=click.Path(path_type=Path))
@_with_series
def series(series_file: Path, **given: Any) -> None:
    """Forecast a monthly, quarterly or yearly series of stocks, in any unit, with a report.

    SERIES is a CSV (UTF-8 or GB18030), Excel or Parquet file with a column of periods (2025-12, 2025Q4, 2025,
    2025年12月) and one of levels above 0; months may be missing. The report goes to
    outputs/forecast_<file>/<run_id>/, the params file that repeats it beside that folder.

    \b
    Examples:
      valuekit forecast cards.csv --horizon 2027-12 --target 36 --unit "million cards"
      valuekit forecast 连接数.xlsx --sheet 月报 --column value=用户数 --horizon 2027Q4 --language zh
      valuekit forecast check cards.csv          how far forecasts of it can be trusted

    \b
    Exit codes: 0 done; 1 the models did not converge, which the page kept below outputs/.failed/ says first;
    2 the series cannot be forecast: too short, constant, a month twice, not above 0, not readable.
    """
    _run(_request(series_file, given), "connection_forecast", given["out"])


@forecast.command()
@click.argument("series_file", metavar="[SERIES]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--replications", type=click.IntRange(20, 1000), default=200, show_default=True,
    help="Series simulated for the simulation-based calibration of each model.",
)  # fmt: skip
@_with_series
def check(series_file: Path | None, *, replications: int, **given: Any) -> None:
    """Check how far forecasts of a series can be trusted; without SERIES, of China's connections.

    Simulation-based calibration of each model (does its posterior hold what its prior simulated?),
    posterior predictive checks, places of published months in their forecasts, sensitivity to the priors.

    \b
    Examples:
      valuekit forecast check
      valuekit forecast check cards.csv --target 36 --language zh

    \b
    Exit codes: 0 passed; 1 a model is not calibrated or did not converge; 2 wrong use or wrong input.
    """
    if series_file is None:
        given |= _SHIPPED | {name: given[name] for name in ("series", "target") if given[name]}
    _run(_request(series_file, given), "forecast_quality", given["out"], replications=replications)


def _request(path: Path | None, given: dict[str, Any]) -> "SeriesRequest":
    from valuekit.runs.params.series_run import SeriesRequest

    return SeriesRequest(path, **{name: value for name, value in given.items() if name != "out"})


def _run(request: "SeriesRequest", notebook: str, out: Path, **parameters: Any) -> None:
    from valuekit.runs.params.series_run import write_params
    from valuekit.runs.publication.batch import run_all
    from valuekit.runs.publication.progress import shown

    written = write_params(request, notebook, out, **parameters)
    with shown([written.stem]) as watch:
        (outcome,) = run_all([written], out=out, watch=watch)
    if outcome.folder is None:
        click.echo(f"failed: {outcome.error}", err=True)
        sys.exit(outcome.exit_code)
    click.echo(
        f"{outcome.folder.as_posix()}/report.html  ({outcome.figures} figures, {outcome.seconds:.0f} s)"
    )
    click.echo(f"again: valuekit run {written.as_posix()} --out {out.as_posix()}")


COMMANDS: Final = (forecast,)
