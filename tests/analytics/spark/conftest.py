"""Where Spark is not installed there is nothing here: `make spark` brings it."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("pyspark") else ["test_*.py"]
