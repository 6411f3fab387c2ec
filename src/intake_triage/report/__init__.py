"""Pages and figures for people, made from metrics and plots without arithmetic of their own."""
