"""Pictures of the explorer as SVG: `python -m tests.pictures --help`."""
