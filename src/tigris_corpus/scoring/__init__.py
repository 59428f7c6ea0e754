"""Comparing annotations: of two annotators, of a pass with gold, of predictions with gold."""
