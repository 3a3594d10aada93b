"""Promises of a real city recomputed: a catalog is fitted to its due dates and checked on all.

``python -m bench.due_dates 311_2011.parquet`` reads an export with the columns ``type``,
``open_dt`` and ``target_dt`` (local times, as Boston publishes them), fits one working calendar
and one target for each service to the rows of the first months, computes every row's due date by
``catalog.rules.due_at``, and prints how many fall on the date that the city promised, by service,
with the reasons for the rest. ``--json`` prints all of it as one document.
"""
