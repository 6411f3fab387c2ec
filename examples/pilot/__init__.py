"""Eight invented weeks of a silent pilot: invent.py makes the tables, play.py plays them."""
