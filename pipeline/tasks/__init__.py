"""The tasks, one file each. A new one goes at the end of TASKS: random draws depend on its place in the list."""

from pipeline.tasks.genre import GENRE
from pipeline.tasks.task import Task, is_null, named
from pipeline.tasks.word import WORD

TASKS: dict[str, Task] = {task.name: task for task in (WORD, GENRE)}

__all__ = ["TASKS", "Task", "is_null", "named"]
