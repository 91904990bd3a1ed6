"""Values that are wrong wherever they stand, and right ones, by option or argument."""

TEXTS = [
    "", " ", "x.y", "pay_gap", "pay-gap ", "Ω≥–é", "🎉", "x" * 5000, "../..", "a/b", "~nobody-at-all/x", "*", "%s",
    "{0}", "=", "@", "[red]x[/]", "[/]", "true", "null", "a\nb", "a\x1b[31mb", "\udcff", "collapse@", "local:0", "tcp://",
]  # fmt: skip
NUMBERS = [
    "", "x", "1.5", "nan", "inf", "1e3", "0x10", "one", "1,000", "½", "²", "9" * 5000, "None", " ", str(-(10**30)),
]  # fmt: skip
COUNTS = [*NUMBERS, "0", "-1", str(10**30)]
DAYS = [
    "", "x", "2015-13-01", "2015-02-30", "yesterday", "2015", "31/12/2015", "2015-12-31T25:00", "0000-00-00",
    "99999-01-01", "NaT",
]  # fmt: skip
NOWHERE = ["", "nowhere", "no/such/place", "x" * 300, "a/" * 3000 + "b", "~nobody-at-all/x", "./\udcff", "a\nb"]
TO_WRITE = ["", "a-file", "a-file/x", "x" * 300, "~nobody-at-all/x"]
CASES = [*TEXTS, *NOWHERE, "islamic_stat", "a-file", "full"]

BAD = {
    "--members": COUNTS, "--weeks": COUNTS, "--sampled": COUNTS, "--port": COUNTS,
    "--seed": [*NUMBERS, "-1", str(2**64)],
    "--pairs": [*NUMBERS, "-1", "1", "100000"],
    "--strongest": [*NUMBERS, "-1", "0", "1", "99"],
    "--error": ["", "x", "1,5", "nan", "-1", "0", "1", "1e400", "-0.0"],
    "--older-than": ["", "x", "nan", "-1", "-inf", "inf", "1e400", "1e30"],
    "--until": DAYS, "--from": DAYS,
    "--of": TEXTS, "--off": TEXTS, "--set": TEXTS, "--group": TEXTS, "--cluster": TEXTS, "--war": TEXTS,
    "name": TEXTS, "names": TEXTS, "words": [one for one in CASES if one not in ("../..", "full")],
    "case": CASES, "--case": CASES,
    "--posterior": [*NOWHERE, "a-file", "."], "--in": [*NOWHERE, "a-file"], 
    "--out": TO_WRITE, "--into": TO_WRITE,
    "--title": ["", "x", "x" * 61, "a\nb"],
    "--host": ["", "no.such.host.invalid", "x" * 300, "300.1.1.1", "a b", "[::"],
    "--disk": [*NUMBERS, "0", "-1"], "--root-path": ["a b", "/a?b", "/../x", "http://x/y", "/é\n"],
    "--allow-host": ["", "a b", "http://x", "x/y", "*", "x" * 300],
    "path": ["", "a-file", "a-file/x.nc", "x" * 300 + ".nc", "~nobody-at-all/x"],
    "--token": ["", "short", "a" * 40, "with a space in it 1234", "é" * 20],
}  # fmt: skip
GOOD = {
    "--members": ["16", "48"], "--weeks": ["2", "3"], "--sampled": ["4"], "--pairs": ["0", "4"],
    "--seed": ["0", "3", str(2**64 - 1)], "--strongest": ["3"], "--error": ["0.1"], "--older-than": ["3"],
    "--until": ["2001-05-08"], "--from": ["2001-05-08"], "--of": ["collapse", "fighters@2001-01-08"],
    "--off": ["pay-gap"], "--set": ["forcing.strikes=x2"], "--group": ["war"], "--war": ["policy", "recorded"],
    "name": ["pay-gap"],
    "words": ["CASE", "pay-gap"], "--out": ["made"], "case": ["CASE"], "--case": ["CASE"], "--title": ["A title"],
    "--into": ["made"], "path": ["made.nc"],
}  # fmt: skip
ALWAYS = ("case", "--case")
NEEDED = {
    "calibrate": {"--until": "2001-05-08"}, "hindcast": {"--from": "2001-05-08"}, "whatif": {"--off": "pay-gap"},
    "new mechanism": {"name": "a-new-one", "--group": "war"}, "trace": {"words": "pay-gap"},
    "runs show": {"name": "RUN"}, "runs export": {"name": "RUN", "path": "made"}, "runs delete": {"--older-than": "3"},
}  # fmt: skip
"""What a command needs for what else is wrong to be seen."""
NO_WORK = ("--list",)
"""Flags with which a command looks at nothing else."""
