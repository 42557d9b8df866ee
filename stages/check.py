"""python -m stages.check PARAMS LISTENERS MODELS: params and inputs, before anything is computed."""

from heschl.check.finding import CheckError, errors
from heschl.check.project import check_project
from heschl.params import load_all
from heschl.stage import Stage


def main() -> None:
    """Refuse params and inputs that a later stage could not use."""
    with Stage("check", "PARAMS", "LISTENERS", "MODELS") as stage:
        file, listeners, models = stage.paths
        _, found = check_project(load_all(file), file, listeners, models)
        wrong = list(errors(found))
        if wrong:
            lines = "\n".join(f"  {each.subject}: {each.text}" for each in wrong)
            raise CheckError(f"nothing was run:\n{lines}")
        stage.result(f"{found[0].text}; they fit each other and the inputs")


if __name__ == "__main__":
    main()
