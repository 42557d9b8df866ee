"""Trainings with further seeds: which results hold in all of them, and in what range numbers lie."""
