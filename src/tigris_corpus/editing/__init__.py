"""Changes of a corpus, planned as values before anything is written: what is added, edited, merged and compared."""
