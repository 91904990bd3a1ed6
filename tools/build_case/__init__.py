"""Building the derived files of the case `islamic_state` from a folder of raw extracts.

`python -m tools.build_case RAW`. The hand-written inputs are `hand/districts.csv`,
`offensives.csv` and `case.yaml`; everything else is computed here, the same bytes each time. Needs the
extra `build-case`; a run of the model does not.
"""
