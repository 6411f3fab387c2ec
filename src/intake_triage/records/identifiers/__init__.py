"""The screen for identifiers that should have been removed before the records came here.

It looks for those of HIPAA's Safe Harbor list (45 CFR 164.514(b)(2)) that a pattern can find: by
their own shape (`shapes`, `dates`, `places`, `phones`, `ages`) or by the word before them
(`announced`). `find` applies the patterns to a text, `screen` to a table. Names are for `names`,
where its library is installed. A clean result is no proof of de-identification.
"""
