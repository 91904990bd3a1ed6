"""The run that the tests of the page have stored: its name, and the sizes of all that they simulate."""

RUN = "small-run"
SMALL = {"weeks": 60, "units": 24, "slots": 20}
