"""The task "where": from which direction is the target heard? Of clips with two channels."""

from heschl.tasks.task import Task

WHERE = Task(name="where", table="scenes", label="kind", null="__nowhere__", placed=True)
