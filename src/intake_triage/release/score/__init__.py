"""What a bundle says of forms, a row a form: in memory (`rows`) or from table to table (`run`)."""
