"""What do the alarms of a pilot find, how soon, and how often for nothing? A simulation.

The reference of a bundle → simulate.py: pilots drawn at set true rates, to results.json →
report.py: docs/pilot-figures.md, with what stage release found out in metrics/pilot.json.
compare_bounds.py sets the bounds beside those of MAPIE, which it needs installed beside.
"""
