"""What is installed: the packages of the checkout below the name geneboard, and nothing beside it.

`datasets` and `metrics` are names that other distributions own, so nothing of ours stands at the top of
site-packages. Everything else about the project is said in pyproject.toml.
"""

from setuptools import find_packages, setup

PARTS = ("benchmark", "datasets", "methods", "metrics")

setup(
    packages=[
        "geneboard",
        "geneboard.results",
        *(f"geneboard.{name}" for part in PARTS for name in find_packages(include=[part, f"{part}.*"])),
    ],
    package_dir={
        "geneboard": "src/geneboard",
        "geneboard.results": "results",
        **{f"geneboard.{part}": part for part in PARTS},
    },
    package_data={
        "geneboard.results": [
            "paper/*.csv",
            "reference/records.jsonl.gz",
            "reference/records-*.jsonl.gz",
            "reference/submissions/*.jsonl.gz",
        ],
        "": ["*.csv", "*.gz", "*.md", "*.css", "*.js", "templates/*"],
    },
)
