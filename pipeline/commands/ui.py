"""python -m pipeline.commands.ui PORT: the MLflow UI on this machine alone."""

import os
import sys

from pipeline.tracking import ARTIFACTS, top, tracking_uri


def main() -> None:
    """Serve the runs on 127.0.0.1, with one worker and no job runner: seconds to start, not a minute."""
    port = sys.argv[1] if len(sys.argv) > 1 else "5000"
    environment = os.environ | {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    uri = tracking_uri()
    if uri.startswith("http"):
        sys.exit(f"ui: MLFLOW_TRACKING_URI is {uri}, which has a UI of its own: open it in a browser.")
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--workers",
        "1",
    ]
    command += ["--backend-store-uri", uri, "--default-artifact-root", (top() / ARTIFACTS).as_uri()]
    print(f"Runs: http://127.0.0.1:{port}  (Ctrl-C ends)", flush=True)
    os.execvpe(command[0], command, environment)


if __name__ == "__main__":
    main()
