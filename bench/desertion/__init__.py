"""One small set of rules, the desertion core, in Fissure and beside it in other tools: do they agree, how fast is each.

`rules` states the rules. Each `in_*` module carries them out in one tool, as a good user of that tool would, and has
`prepare(fighters, weeks, members, parameters)`, which compiles what is to be compiled and returns a function of a seed.
`python -m bench peers` checks that all agree (`compare`), and measures them.
"""
