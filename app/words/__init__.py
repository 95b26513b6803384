"""The interface's own texts, one module per language with the same names."""
