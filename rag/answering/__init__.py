"""From a question as typed to checked statements or a refusal."""
