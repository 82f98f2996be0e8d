"""How documents come in and go out: copied, read by workers, written to the store, indexed."""
