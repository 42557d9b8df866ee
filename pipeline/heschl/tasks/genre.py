"""The task "genre": which genre of music is played?"""

from heschl.tasks.task import Task

GENRE = Task(name="genre", table="music", label="genre", null="__speech__")
