"""People who call us: which number they called, for whom it answers, and when."""
