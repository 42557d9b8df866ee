"""Which genre is the music of the clip?"""

from pipeline.tasks.task import Task

GENRE = Task(name="genre", table="music", label="genre", null="__speech__")
