"""The test clips heard by people: who hears what when, the checks of their hearing, and the page that plays it."""
