"""Building the derived files of this case from a folder of raw extracts.

`python -m fissure.cases.islamic_state.build RAW`. The hand-written inputs are `hand/districts.csv`,
`offensives.csv` and `case.yaml`; everything else is computed here, the same bytes each time. Needs the
extra `build-case`; a run of the model does not.
"""
