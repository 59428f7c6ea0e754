"""Formats in which annotations are kept and exchanged: one module each, reader beside writer."""
