"""How sure is the choice? The pipeline on data drawn anew, and on more and fewer labelled forms.

params.yaml: the runs → pipeline.py, prepare.py: the stages of the root's dvc.yaml in a folder of
their own → keep.py: what stays of them. run.py makes a run's results/<name>.json, survey_all.py
that of the survey's own run, seconds.py times the fits, report.py writes docs/replication.md.
"""
