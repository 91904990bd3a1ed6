"""`python -m fissure`."""

from fissure.cli import main

main()
