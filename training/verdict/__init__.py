"""An adapter (LoRA) for the default answering model: it says 是 of a passage only where the passage has the answer, and
begins to write at the sentence that has it. ../README.md tells what it is made from and how to make it again."""
