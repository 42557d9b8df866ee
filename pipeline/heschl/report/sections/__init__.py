"""The sections of the page, in order.

A section is a module here, whose `content` takes what it needs and returns a `Content`; a template with the
name of the module; and an entry in SECTIONS.
"""

from heschl.report.section import Section
from heschl.report.sections import (
    accuracy,
    branch,
    clips,
    confusions,
    control,
    data,
    decode,
    directions,
    ear,
    encode,
    headline,
    listeners,
    localize,
    metamers,
    next_steps,
    replicate,
    retrain,
    robustness,
    runs,
    search,
    settings,
    training,
)

HEADLINE = Section(
    "headline",
    "",
    lambda i: headline.content(
        i.network, i.behavior, i.listeners, i.corpus.synthetic, i.origin, replicate.headline(i.replicate)
    ),
)
SECTIONS = (
    Section(
        "accuracy",
        "Accuracy in noise",
        lambda i: accuracy.content(i.network.labels, i.behavior, i.listeners, i.corpus.synthetic),
    ),
    Section(
        "directions",
        "Where sounds come from",
        lambda i: directions.content(i.behavior.directions, i.behavior.confidence),
    ),
    Section("localize", "Experiments on localization", lambda i: localize.content(i.localize)),
    Section(
        "listeners",
        "Comparison with listeners",
        lambda i: listeners.content(i.network.labels, i.behavior, i.listeners, i.corpus.synthetic),
    ),
    Section(
        "confusions", "Confusions", lambda i: confusions.content(i.network.labels, i.behavior.confusions)
    ),
    Section(
        "clips", "Example clips", lambda i: clips.content(i.network.labels, i.examples, i.corpus.synthetic)
    ),
    Section("decode", "Inside this network", lambda i: decode.content(i.decode)),
    Section(
        "metamers", "What a layer cannot tell apart", lambda i: metamers.content(i.metamers, i.network.run_id)
    ),
    Section(
        "robustness",
        "Small changes that change the answer",
        lambda i: robustness.content(i.robustness, i.network.run_id),
    ),
    Section("encode", "Comparison with the brain", lambda i: encode.content(i.encode, i.corpus.synthetic)),
    Section("replicate", "What holds in every training", lambda i: replicate.content(i.replicate)),
    Section("search", "Search for an architecture", lambda i: search.content(i.search)),
    Section("retrain", "Networks trained in full, side by side", lambda i: retrain.content(i.retrain)),
    Section("branch", "Where the branches should split", lambda i: branch.content(i.branch)),
    Section(
        "runs",
        "Comparison of runs",
        lambda i: runs.content(i.network.labels, i.behavior.metrics["summary"], i.network.run_id, i.runs),
    ),
    Section(
        "training",
        "Training",
        lambda i: training.content(
            i.network.history, i.behavior.metrics["chance"], i.network.labels, i.corpus.synthetic
        ),
    ),
    Section("control", "Control: silent targets", lambda i: control.content(i.behavior)),
    Section("ear", "The ear", lambda i: ear.content(i.network.ear, i.examples.ear)),
    Section("data", "The data", lambda i: data.content(i.corpus, i.network.labels, i.data_set)),
    Section("settings", "Settings", lambda i: settings.content(i.network.run_id, i.settings, i.origin)),
    Section("next_steps", "Next steps", lambda i: next_steps.content()),
)
