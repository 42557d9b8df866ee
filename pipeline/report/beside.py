"""What the page shows of a network beside people."""

from pipeline.report import confusions, people, prose, scores
from pipeline.report.style import to_svg
from pipeline.report.words import absent, kinds_of
from pipeline.tasks import named


def listeners(report, group, task, key, figures):
    """Return a task beside a group of people: scatter, numbers, words; and, of one's own listeners, errors clip by clip."""
    found, mine = scores.measures(report, group, task), len(named(report.config["labels"][task]))
    alt = f"The network's accuracy on the {task} against that of {prose.WHO[group]}, a point a condition. {prose.agreement(found)}"
    return {
        "task": task,
        "group": group,
        "found": found,
        "labels": mine,
        "answers": report.behavior.answers.get(task, 1),
        "alike": prose.alike(found["labels"], mine),
        "comparable": prose.comparable(found["labels"], mine, task),
        "backgrounds": len(kinds_of(scores.conditions(report, group, task))),
        "agreement": prose.agreement(found),
        "scatter": to_svg(figures[f"{task}_beside_{group}"], alt, f"scatter{key}"),
        "errors": errors(report, task, key, figures) if group == "own" else None,
    }


def errors(report, task, key, figures):
    """Return own listeners beside the network, error by error: consistency, items, confusions."""
    kappas, items, confused = (
        [*_rows(report.own.get(name), task)] for name in ("consistency", "items", "confused")
    )
    kappas = [(prose.KAPPAS[row["conditions"]], row["between"], row["kappa"], row["kappa_low"], row["kappa_high"])
              for row in kappas if not absent(row["kappa"])]  # fmt: skip
    matrices = [
        (
            who,
            to_svg(
                confusions.matrix(shares, f"answer of {who}"),
                f"Confusions of {who}. {confusions.described(shares)}",
                f"{side}{key}",
            ),
        )
        for who, side, shares in (
            ("the network", "network", report.confusions[task]),
            ("own listeners", "people", report.theirs.get(task)),
        )
        if shares is not None and 0 < len(shares) <= confusions.MOST
    ]
    return {
        "consistency": to_svg(
            people.consistency(kappas), f"Error consistency. {prose.kappas(kappas)}.", f"kappa{key}"
        )
        if kappas
        else None,
        "alone": not any(between == "person-person" for _, between, *_ in kappas),
        "items": items,
        "confused": confused[0] if confused else None,
        "matrices": matrices if len(matrices) > 1 else [],
        "wide": len(report.confusions[task]) > 12,
    }


def _rows(table, task):
    return [] if table is None else table[table.task == task].to_dict("records")
