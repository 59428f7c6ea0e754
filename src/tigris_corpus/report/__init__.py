"""Renderers, one a file. They return text; printing is for the command line."""
