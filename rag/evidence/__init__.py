"""From a question to the passages that tell of it."""
