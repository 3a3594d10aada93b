"""The pack of a CitiStat meeting: two weeks of an agency, counted once and kept as they were."""
