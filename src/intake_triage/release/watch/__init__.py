"""A pilot watched: suggestions and later labels in, `watch.json` and `watch.html` out.

forms.py joins the two → limits.py lists the alarms → alarms.py judges them by the bounds of
statistics/sequential.py; calibration.py, agreement.py and labelling.py say what no alarm is about →
page.py writes it for a nurse lead. reference.py is what a bundle brings to compare with.
"""
