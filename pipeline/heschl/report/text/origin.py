"""When, on what and from which commit the network was trained, in words."""

from datetime import UTC, datetime

from heschl.tracking import Origin


def described(origin: Origin | None) -> dict[str, str]:
    """Return what is known of a training: trained, took, on, commit."""
    if origin is None:
        return {}
    started = datetime.fromtimestamp(origin.started / 1000, UTC)
    found = {
        "trained": f"{started:%Y-%m-%d %H:%M} UTC",
        "took": "" if origin.seconds is None else duration(origin.seconds),
        "on": origin.device,
        "commit": origin.commit[:10] + (" with uncommitted changes" if origin.dirty else ""),
    }
    return {name: value for name, value in found.items() if value}


def duration(seconds: float) -> str:
    """Write a duration with its two largest units: 2 min 36 s."""
    total = round(seconds)
    parts = {"d": total // 86400, "h": total // 3600 % 24, "min": total // 60 % 60, "s": total % 60}
    names = list(parts)
    first = next((place for place, name in enumerate(names) if parts[name]), len(names) - 1)
    return " ".join(f"{parts[name]}\u00a0{name}" for name in names[first : first + 2])
