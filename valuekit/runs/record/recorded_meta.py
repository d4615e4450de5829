"""What page and workbook say about a run, read back from its record, so that they can be made again."""

from typing import Any

from valuekit.report.meta import InputMeta, PageMeta
from valuekit.runs.record.crate import ACTION, TEMPLATE
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.verification.register_checks import judged_again
from valuekit.runs.vouching.chain import figures_before
from valuekit.runs.vouching.judged_words import approvals_printed


def recorded_meta(run: LoadedRun, previous: dict[str, Any]) -> PageMeta:
    """The run as its page prints it.

    Parameters
    ----------
    run : LoadedRun
        The run.
    previous : dict
        ``figures.json`` of the run before it; empty without one.

    Raises
    ------
    KeyError
        If the record lacks what every record has.
    """
    entities, language = run.entities, run.params["language"]
    judged = judged_again(run)
    return PageMeta(
        name=run_name(run),
        run_id=entities["./"]["sha256"],
        inputs=tuple(_input(entities, name) for name in run.params.get("inputs", {})),
        parameters={"language": language, **run.params["parameters"]},
        seed=run.params["seed"],
        versions={e["name"]: e["version"] for n, e in entities.items() if n.startswith("#package/")},
        platform=entities["#platform"]["value"],
        started=entities[ACTION]["startTime"],
        finished=entities[ACTION]["endTime"],
        template=entities[TEMPLATE]["name"],
        template_sha256=entities[TEMPLATE]["sha256"],
        status="not_approved" if judged.problems else "succeeded",
        approved=approvals_printed(judged, language),
        not_approved=tuple(one.name for one in judged.parameters if one.problem),
        previous=previous,
    )


def run_name(run: LoadedRun) -> str:
    """The name under which the run is kept."""
    root = run.entities["./"]
    return str(root["name"]).removesuffix(f" {root['identifier']}")


def recorded_before(run: LoadedRun) -> dict[str, Any] | None:
    """Figures of the latest earlier run beside this one that differs; None if none lies there."""
    root = run.entities["./"]
    beside = run.folder.resolve().parent
    earlier = (p for p in beside.iterdir() if p.name < str(root["identifier"]) and not p.is_symlink())
    return figures_before(sorted(earlier, reverse=True), root["sha256"])


def _input(entities: dict[str, dict[str, Any]], name: str) -> InputMeta:
    given = entities[f"#input/{name}"]
    facts = [entities[ref["@id"]] for ref in given.get("additionalProperty", ())]
    rows = next((fact["value"] for fact in facts if fact["name"] == "rows"), None)
    totals = {
        str(fact["name"]).removeprefix("control total "): fact["value"]
        for fact in facts
        if str(fact["name"]).startswith("control total ")
    }
    return InputMeta(name, given["identifier"], given["sha256"], rows, totals)
