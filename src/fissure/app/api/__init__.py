"""The page's interface for programs: cases, evidence, runs, studies and jobs, as typed JSON under ``/api``."""
